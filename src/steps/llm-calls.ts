import type { LlmStep } from '../flow/flow.ts'
import type { Slot } from '../llms/lane.ts'
import { LlmError, type LlmAnswer, type LlmRequest } from '../llms/llm.ts'
import { LONGEST_WAIT_MS, retryDelay } from '../llms/retry.ts'
import { attemptError, attemptFinished, costOf } from './attempt.ts'
import { estimateTokens, fitsContext } from './llm-request.ts'
import { failure, type Outcome, type StepContext } from './step-run.ts'
import { StepTimeout } from './step-timeout.ts'
import { judge } from './verdict.ts'

/** What follows an attempt: the end of the step, or another attempt after a wait. */
type Next =
  | { readonly outcome: Outcome }
  | { readonly request: LlmRequest; readonly waitMs: number; readonly isRetry: boolean }

/** Asks the model, asks again where that may help, and judges the answer. Rejects only when llmflows itself is wrong. */
export async function callUntilAnswered(
  step: LlmStep,
  first: LlmRequest,
  context: StepContext,
): Promise<Outcome> {
  const { signal, world } = context
  const { lane } = context.llm(step.llm.name)
  let request = first
  let retries = 0
  let attempt = 1
  // The first place is free: the scheduler has asked.
  let slot = lane.begin(world.clock.now(), estimateTokens(request))
  try {
    for (; ; attempt++) {
      signal.throwIfAborted()
      if (!context.takeCall()) return callLimit
      const next = await makeAttempt({ step, request, first, attempt, retries, slot }, context)
      if ('outcome' in next) return next.outcome
      if (next.isRetry) retries++
      request = next.request
      if (next.waitMs > 0) await world.clock.sleep(next.waitMs, signal)
      await untilLaneIsOpen(request, step, context)
      // The place was kept through the wait; from here on it is another call's.
      slot.end()
      slot = lane.begin(world.clock.now(), estimateTokens(request))
    }
  } catch (error) {
    if (signal.aborted) return abortedOutcome(step, attempt, signal)
    throw error
  } finally {
    slot.end()
  }
}

interface Attempt {
  readonly step: LlmStep
  readonly request: LlmRequest
  /** What the first attempt asked for. */
  readonly first: LlmRequest
  /** Counts from 1. */
  readonly attempt: number
  /** How many of the attempts before were made because one had failed. */
  readonly retries: number
  readonly slot: Slot
}

async function makeAttempt(made: Attempt, context: StepContext): Promise<Next> {
  const { step, request, attempt } = made
  const { maxTokens } = request.sampling
  context.emit({
    type: 'attempt-started',
    at: context.at(),
    step: context.id,
    attempt,
    max_tokens: maxTokens,
  })
  const reply = await callOnce(step, request, attempt, context)
  return reply instanceof LlmError ? afterError(reply, made, context) : afterAnswer(reply, made, context)
}

/** One call. A failed one comes back as its error; only an abort rejects. */
async function callOnce(
  step: LlmStep,
  request: LlmRequest,
  attempt: number,
  context: StepContext,
): Promise<LlmAnswer | LlmError> {
  const onFirstToken = (): void =>
    context.emit({ type: 'attempt-first-token', at: context.at(), step: context.id, attempt })
  try {
    const { llm } = context.llm(step.llm.name)
    return await llm.call(request, { signal: context.signal, onFirstToken })
  } catch (error) {
    if (context.signal.aborted) {
      const message = 'stopped before the answer was whole'
      context.emit(attemptFinished({ context, attempt, error: { code: 'cancelled', message }, wait: null }))
      throw error
    }
    if (error instanceof LlmError) return error
    throw error
  }
}

function afterError(error: LlmError, made: Attempt, context: StepContext): Next {
  const { step, request, attempt, retries } = made
  const { world } = context
  const delay = retryDelay({
    error,
    attempt: retries + 1,
    maxRetries: step.llm.maxRetries,
    random: world.random,
  })
  const pause = error.retryAfterMs ?? delay ?? 0
  // Everyone behind the same key would be turned away too; a very long wait is left to whoever reads the error.
  if (error.code === 'rate-limited' && pause <= LONGEST_WAIT_MS)
    context.llm(step.llm.name).lane.pauseUntil(world.clock.now() + pause)
  context.emit(attemptFinished({ context, attempt, error: attemptError(error), wait: delay ?? null }))
  if (delay === undefined) return { outcome: { ok: false, error: attemptError(error), generated: null } }
  return { request, waitMs: delay, isRetry: true }
}

function afterAnswer(answer: LlmAnswer, made: Attempt, context: StepContext): Next {
  const { step, request, first, attempt, slot } = made
  const { usage, finishReason } = answer
  if (usage !== undefined) slot.settle(usage.inputTokens + usage.outputTokens)
  const outcome = judge(answer, step, request.sampling.maxTokens)
  const doubled = { ...request, sampling: { ...request.sampling, maxTokens: request.sampling.maxTokens * 2 } }
  const again =
    finishReason === 'length' &&
    step.onTruncated === 'retry' &&
    request === first &&
    fitsContext(step.llm, doubled)
  context.emit(
    attemptFinished({
      context,
      attempt,
      error: outcome.ok ? null : outcome.error,
      wait: again ? 0 : null,
      answer,
      cost: costOf(step.llm, usage),
    }),
  )
  return again ? { request: doubled, waitMs: 0, isRetry: false } : { outcome }
}

async function untilLaneIsOpen(
  request: LlmRequest,
  step: LlmStep,
  { llm, world, signal }: StepContext,
): Promise<void> {
  const { lane } = llm(step.llm.name)
  for (;;) {
    const delay = lane.startDelay(world.clock.now(), estimateTokens(request))
    if (delay <= 0) return
    await world.clock.sleep(delay, signal)
  }
}

const callLimit = failure('call-limit', 'the run has made as many model calls as it may', {
  help: 'raise the limit with --max-calls',
})

/** Aborted with the step's own time limit, it has failed; for any other reason the run is being stopped. */
function abortedOutcome(step: LlmStep, attempt: number, signal: AbortSignal): Outcome {
  const reason: unknown = signal.reason
  if (!(reason instanceof StepTimeout)) return failure('cancelled', 'the run was stopped')
  const limit = `its limit of ${reason.limitMs / 1000} s`
  return failure('timeout', `step "${step.id}" took longer than ${limit}, in attempt ${attempt}`, {
    help: 'raise its "timeout"',
  })
}
