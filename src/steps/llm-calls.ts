import type { LlmStep } from '../flow/flow.ts'
import type { Slot } from '../llms/lane.ts'
import { LlmError, type LlmAnswer, type LlmRequest, type Message, type ToolCall } from '../llms/llm.ts'
import type { RateLimits } from '../llms/rate-limits.ts'
import { retryDelay } from '../llms/retry.ts'
import { attemptError, attemptFinished, costOf } from './attempt.ts'
import { abortedAttempt, abortedOutcome, callLimit, withoutRetries } from './given-up.ts'
import { contextProblem, estimateTokens, fitsContext } from './llm-request.ts'
import type { RunError } from '../run/events.ts'
import { failure, type Failure, type Outcome, type StepContext } from './step-run.ts'
import { repairTurns, SCHEMA_MISMATCH } from './structured-answer.ts'
import { recordedTurn } from './recorded-turn.ts'
import { callTools } from './tool-calls.ts'
import { judge } from './verdict.ts'

interface Attempt {
  readonly step: LlmStep
  readonly request: LlmRequest
  /** Counts from 1. */
  readonly attempt: number
  /** How many of the attempts before were made because one had failed. */
  readonly retries: number
  /** Whether an answer was cut off and has been asked for again. */
  readonly isDoubled: boolean
  /** The last answer that could not be used: it was paid for, and is all there is if nothing better comes. */
  readonly unfit: string | null
  /** How often the model has asked for tools, and how many it has asked for. */
  readonly rounds: number
  readonly toolCalls: number
  /** What this attempt says that the one before has not said. */
  readonly turns: readonly Message[]
  readonly slot: Slot
}

/** What follows an attempt: the end of the step, or after a wait another attempt, for which a call has been taken. */
type Next = { readonly outcome: Outcome } | Again

interface Again extends Pick<
  Attempt,
  'request' | 'retries' | 'isDoubled' | 'unfit' | 'rounds' | 'toolCalls' | 'turns'
> {
  readonly waitMs: number
}

/** Asks the model, asks again where that may help, and judges the answer. Rejects only when llmflows itself is wrong. */
export async function callUntilAnswered(
  step: LlmStep,
  first: LlmRequest,
  context: StepContext,
): Promise<Outcome> {
  const { signal, world } = context
  const { lane } = context.llm(step.llm.name)
  // The first place is free: the scheduler has asked.
  const begin = (request: LlmRequest): Slot => lane.begin(world.clock.now(), estimateTokens(request))
  let made: Attempt = {
    step,
    request: first,
    attempt: 1,
    retries: 0,
    isDoubled: false,
    unfit: null,
    rounds: 0,
    toolCalls: 0,
    turns: [],
    slot: begin(first),
  }
  try {
    signal.throwIfAborted()
    if (!context.takeCall()) return callLimit(null)
    for (;;) {
      const next = await makeAttempt(made, context)
      if ('outcome' in next) return next.outcome
      const { waitMs, ...changes } = next
      for (let delay = waitMs; delay > 0; delay = startDelay(step, next.request, context)) {
        await world.clock.sleep(delay, signal)
      }
      // While tools ran the place was someone else's.
      while (next.toolCalls > made.toolCalls && !lane.free) await world.clock.sleep(PLACE_MS, signal)
      signal.throwIfAborted()
      // Otherwise the place was kept through the wait; from here on it is another call's.
      made.slot.end()
      made = { ...made, ...changes, attempt: made.attempt + 1, slot: begin(next.request) }
    }
  } catch (error) {
    if (signal.aborted) return abortedOutcome({ step, attempt: made.attempt, truncated: made.unfit }, signal)
    throw error
  } finally {
    made.slot.end()
  }
}

async function makeAttempt(made: Attempt, context: StepContext): Promise<Next> {
  const { request, attempt } = made
  const { maxTokens } = request.sampling
  context.emit({
    type: 'attempt-started',
    at: context.at(),
    step: context.id,
    attempt,
    max_tokens: maxTokens,
    ...(made.turns.length === 0 ? {} : { messages: made.turns.map(recordedTurn) }),
  })
  const reply = await callOnce(made, context)
  if (reply instanceof LlmError) return afterError(reply, made, context)
  const { toolCalls } = reply
  return toolCalls === undefined
    ? afterAnswer(reply, made, context)
    : afterToolCalls({ ...reply, toolCalls }, made, context)
}

/** One call. A failed one comes back as its error; only an abort rejects. */
async function callOnce(
  { step, request, attempt, slot }: Attempt,
  context: StepContext,
): Promise<LlmAnswer | LlmError> {
  let hasBegun = false
  const onFirstToken = (): void => {
    hasBegun = true
    context.emit({ type: 'attempt-first-token', at: context.at(), step: context.id, attempt })
  }
  try {
    const { llm } = context.llm(step.llm.name)
    const onRateLimits = (limits: RateLimits): void => slot.learn(context.world.clock.now(), limits)
    const answer = await llm.call(request, { signal: context.signal, onFirstToken, onRateLimits })
    if (answer.recalled === undefined) slot.succeed()
    return answer
  } catch (error) {
    if (context.signal.aborted) {
      const reason = abortedAttempt(context.signal)
      context.emit(attemptFinished({ context, attempt, error: reason, wait: null }))
      throw error
    }
    if (!(error instanceof LlmError)) throw error
    // Turned down or never reached: no tokens were used. A server that was too slow may still be at work.
    const isUnused = error.httpStatus !== undefined || error.code === 'connection-failed'
    if (isUnused && !hasBegun) slot.settle(0)
    return error
  }
}

function afterError(error: LlmError, made: Attempt, context: StepContext): Next {
  const { step, request, attempt, retries, unfit, slot } = made
  const { world } = context
  const delay = retryDelay({
    error,
    attempt: retries + 1,
    maxRetries: step.llm.maxRetries,
    random: world.random,
  })
  const { lane } = context.llm(step.llm.name)
  slot.fail(world.clock.now(), error, delay)
  const isWorthIt = delay !== undefined && lane.takeRetry(error)
  const again = isWorthIt && context.takeCall()
  const waitMs = again ? Math.max(delay, startDelay(step, request, context)) : null
  context.emit(attemptFinished({ context, attempt, error: attemptError(error), wait: waitMs }))
  if (waitMs !== null) return { ...progressOf(made), request, waitMs, retries: retries + 1, turns: [] }
  if (isWorthIt) return { outcome: callLimit(unfit) }
  const told = delay === undefined ? attemptError(error) : withoutRetries(attemptError(error))
  return { outcome: { ok: false, error: told, generated: unfit } }
}

function afterAnswer(answer: LlmAnswer, made: Attempt, context: StepContext): Next {
  const { step, request, attempt, slot } = made
  const { usage, text } = answer
  if (usage !== undefined) slot.settle(usage.inputTokens + usage.outputTokens)
  const outcome = judge(answer, step, request.sampling.maxTokens)
  const better = outcome.ok ? undefined : askAgain(answer, outcome.error, made)
  const again = better !== undefined && fitsContext(step.llm, better.request) && context.takeCall()
  const waitMs = again ? startDelay(step, better.request, context) : null
  context.emit(
    attemptFinished({
      context,
      attempt,
      error: outcome.ok ? null : outcome.error,
      wait: waitMs,
      answer,
      cost: costOf(step.llm, usage),
    }),
  )
  return better === undefined || waitMs === null ? { outcome } : { ...better, waitMs, unfit: text }
}

/** What goes on from one attempt to the next. */
function progressOf({ retries, isDoubled, unfit, rounds, toolCalls }: Attempt) {
  return { retries, isDoubled, unfit, rounds, toolCalls }
}

/** The model asks for tools: they are called, and it is told what came of it. */
async function afterToolCalls(
  answer: LlmAnswer & { readonly toolCalls: readonly ToolCall[] },
  made: Attempt,
  context: StepContext,
): Promise<Next> {
  const { step, request, attempt, slot } = made
  const { usage, text, toolCalls: calls } = answer
  if (usage !== undefined) slot.settle(usage.inputTokens + usage.outputTokens)
  const tooMany = refuseCalls(calls.length, made)
  const cost = costOf(step.llm, usage)
  const error = tooMany === undefined ? null : tooMany.error
  context.emit(attemptFinished({ context, attempt, error, wait: null, answer, cost }))
  if (tooMany !== undefined) return { outcome: tooMany }
  // A flow among the tools may call the same model, which must have room for it.
  slot.end()
  const turns = await callTools(step, { calls, text, attempt, before: made.toolCalls }, context)
  const next = { ...request, messages: [...request.messages, ...turns] }
  if (!fitsContext(step.llm, next)) {
    const help = 'lower "max_rounds" or max_tokens, or let the tools give less'
    return { outcome: failure('prompt-too-long', contextProblem(step.llm, next), { help }) }
  }
  if (!context.takeCall()) return { outcome: callLimit(made.unfit) }
  return {
    ...progressOf(made),
    request: next,
    waitMs: startDelay(step, next, context),
    // Each round has its own.
    retries: 0,
    rounds: made.rounds + 1,
    toolCalls: made.toolCalls + calls.length,
    turns,
  }
}

/** How often a step whose tools have run looks for a place at its model. */
const PLACE_MS = 50

/** Calls of one answer that are made at once. Nobody needs more; a model that runs away does not stop there. */
const MOST_CALLS = 64

/** How the step ends whose model asks for too much. */
function refuseCalls(count: number, { step, rounds }: Attempt): Failure | undefined {
  const { maxRounds } = step
  if (rounds >= maxRounds) {
    const times = maxRounds === 1 ? 'once' : `${maxRounds} times`
    const message = `the model has asked for tools ${times} and asks again instead of answering`
    const help = 'raise "max_rounds", or tell it in the prompt when to stop'
    return { ok: false, error: { code: 'too-many-rounds', message, help }, generated: null }
  }
  if (count <= MOST_CALLS) return undefined
  const message = `the model asks for ${count} tools at once, and ${MOST_CALLS} are allowed`
  return { ok: false, error: { code: 'too-many-tool-calls', message }, generated: null }
}

/** How the answer that could not be used is asked for once more; undefined where that is not to be. */
function askAgain(
  { finishReason, text }: LlmAnswer,
  error: RunError,
  made: Attempt,
): Omit<Again, 'waitMs'> | undefined {
  const { step, request, retries, isDoubled } = made
  if (finishReason === 'length' && step.onTruncated === 'retry' && !isDoubled) {
    const sampling = { ...request.sampling, maxTokens: request.sampling.maxTokens * 2 }
    return { ...progressOf(made), request: { ...request, sampling }, isDoubled: true, turns: [] }
  }
  if (error.code !== SCHEMA_MISMATCH || retries >= step.llm.maxRetries) return undefined
  const turns = repairTurns(text, error.message)
  const messages = [...request.messages, ...turns]
  return { ...progressOf(made), request: { ...request, messages }, retries: retries + 1, turns }
}

/** Milliseconds until the limits of its LLM let a request start, as far as is known now. */
function startDelay(step: LlmStep, request: LlmRequest, { llm, world }: StepContext): number {
  return llm(step.llm.name).lane.startDelay(world.clock.now(), estimateTokens(request))
}
