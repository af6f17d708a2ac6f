import type { LlmConfig } from '../flow/llm-config.ts'
import type { LlmAnswer, LlmError, Usage } from '../llms/llm.ts'
import { presetOf } from '../llms/providers.ts'
import type { AttemptFinished, RunError } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

interface FinishedAttempt {
  readonly context: StepContext
  readonly attempt: number
  readonly error: RunError | null
  /** Milliseconds until the next attempt; null when there is none. */
  readonly wait: number | null
  readonly answer?: LlmAnswer
  readonly cost?: number | null
}

export function attemptFinished({
  context,
  attempt,
  error,
  wait,
  answer,
  cost,
}: FinishedAttempt): AttemptFinished {
  const usage = answer?.usage
  return {
    type: 'attempt-finished',
    at: context.at(),
    step: context.id,
    attempt,
    error,
    wait,
    finish_reason: answer?.finishReason ?? null,
    request_id: answer?.requestId ?? null,
    model: answer?.model ?? null,
    usage:
      usage === undefined ? null : { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    cost: cost ?? null,
    // What an API sends is JSON; the boundary has parsed it.
    ...(context.keepRaw && answer !== undefined ? { raw: answer.raw as Json } : {}),
  }
}

export function attemptError({ code, message, httpStatus }: LlmError): RunError {
  return { code, message, ...(httpStatus === undefined ? {} : { http_status: httpStatus }) }
}

/** Dollars for an answer; null when the price or the usage is not known. Models in this process cost nothing. */
export function costOf(config: LlmConfig, usage: Usage | undefined): number | null {
  if (presetOf(config.provider)?.kind === 'process') return 0
  if (config.price === undefined || usage === undefined) return null
  return (usage.inputTokens * config.price.input + usage.outputTokens * config.price.output) / 1_000_000
}
