import type { LlmConfig } from '../flow/llm-config.ts'
import { isFree, type LlmAnswer, type LlmError, type Usage } from '../llms/llm.ts'
import { dollarsFor, priceOf } from '../llms/prices.ts'
import type { AttemptFinished, RunError } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

interface FinishedAttempt {
  readonly context: StepContext
  readonly attempt: number
  readonly error: RunError | null
  /** Milliseconds until the next attempt, at least; null when there is none. */
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
    // To the microsecond, like times.
    wait: wait === null ? null : Math.floor(wait * 1000) / 1000,
    finish_reason: answer?.finishReason ?? null,
    request_id: answer?.requestId ?? null,
    model: answer?.model ?? null,
    usage:
      usage === undefined ? null : { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
    cost: isFree(answer?.recalled) ? 0 : (cost ?? null),
    ...(answer?.recalled === undefined ? {} : { recalled: answer.recalled }),
    // What an API sends is JSON; the boundary has parsed it.
    ...(context.keepRaw && answer !== undefined ? { raw: answer.raw as Json } : {}),
  }
}

export function attemptError({ code, message, httpStatus, help }: LlmError): RunError {
  return {
    code,
    message,
    ...(httpStatus === undefined ? {} : { http_status: httpStatus }),
    ...(help === undefined ? {} : { help }),
  }
}

/** Dollars for an answer; null when the price or the usage is not known. What costs nothing costs 0 also without usage. */
export function costOf(config: LlmConfig, usage: Usage | undefined): number | null {
  const price = priceOf(config)
  if (price === undefined) return null
  if (price.input === 0 && price.output === 0) return 0
  return usage === undefined ? null : dollarsFor(price, usage.inputTokens, usage.outputTokens)
}
