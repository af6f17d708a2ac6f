import type { LlmStep } from '../flow/flow.ts'
import type { Sampling } from '../flow/llm-config.ts'
import { LlmError, type LlmAnswer, type LlmRequest, type Message } from '../llms/llm.ts'
import { retryDelay } from '../llms/retry.ts'
import { MissingValue, render } from '../template/render.ts'
import { attemptError, attemptFinished, costOf } from './attempt.ts'
import { modelConfig } from './model-config.ts'
import { failure, type Outcome, type StepContext } from './step-run.ts'
import { StepTimeout } from './step-timeout.ts'
import { variablesOf } from './variables.ts'
import { judge } from './verdict.ts'

/** Renders the prompt, asks the model, asks again where that may help, and judges the answer. Never rejects. */
export async function runLlmStep(step: LlmStep, context: StepContext): Promise<Outcome> {
  const sampling = samplingOf(step, context)
  let messages: readonly Message[] | undefined
  let missing: MissingValue | undefined
  try {
    messages = renderMessages(step, context)
  } catch (error) {
    if (!(error instanceof MissingValue)) throw error
    missing = error
  }
  context.emit({
    type: 'step-started',
    at: context.at(),
    step: context.id,
    prompt_inputs: variablesOf(step, context),
    prompt_template: step.prompt.text,
    prompt: messages?.at(-1)?.content ?? null,
    messages: messages?.slice(0, -1) ?? null,
    model_config: modelConfig(step.llm, sampling, context),
  })
  if (messages === undefined) return failure('missing-value', missing?.message ?? 'a variable has no value')
  const tooLong = contextProblem(step, messages, sampling)
  return tooLong ?? callUntilAnswered(step, { messages, sampling }, context)
}

function samplingOf(step: LlmStep, { index }: StepContext): Sampling {
  const { sampling, provider } = step.llm
  // The embedded model answers a prompt and a seed always alike, and the items of a step often share a prompt.
  const needsSeed = provider === 'embedded' && sampling.seed === undefined
  return needsSeed ? { ...sampling, seed: index ?? 0 } : sampling
}

function renderMessages(step: LlmStep, { lookup }: StepContext): readonly Message[] {
  const before = step.messages.map(({ role, content }): Message => ({
    role,
    content: render(content, lookup),
  }))
  return [...before, { role: 'user', content: render(step.prompt, lookup) }]
}

/** Tokens that a text has at most, roughly: what a call is reckoned with before its usage is known. */
function estimateTokens(messages: readonly Message[]): number {
  return Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4)
}

function contextProblem(
  step: LlmStep,
  messages: readonly Message[],
  sampling: Sampling,
): Outcome | undefined {
  const { contextWindow } = step.llm
  const tokens = estimateTokens(messages)
  if (contextWindow === undefined || tokens + sampling.maxTokens <= contextWindow) return undefined
  return failure(
    'prompt-too-long',
    `the prompt has about ${tokens} tokens and the answer may have ${sampling.maxTokens}, more than the ${contextWindow} that llm "${step.llm.name}" can take`,
    {
      help: 'shorten the prompt or lower max_tokens',
    },
  )
}

async function callUntilAnswered(step: LlmStep, first: LlmRequest, context: StepContext): Promise<Outcome> {
  const { signal, world } = context
  const { lane } = context.llm(step.llm.name)
  const tokens = (request: LlmRequest): number =>
    estimateTokens(request.messages) + request.sampling.maxTokens
  let request = first
  let retries = 0
  let doubled = false
  // The first place is free: the scheduler has asked. A retry keeps its place while it waits.
  let slot = lane.begin(world.clock.now(), tokens(request))
  try {
    for (let attempt = 1; ; attempt++) {
      if (!context.takeCall())
        return failure('call-limit', 'the run has made as many model calls as it may', {
          help: 'raise the limit with --max-calls',
        })
      context.emit({
        type: 'attempt-started',
        at: context.at(),
        step: context.id,
        attempt,
        max_tokens: request.sampling.maxTokens,
      })
      const reply = await attemptCall(step, request, attempt, context)
      if (reply instanceof LlmError) {
        if (reply.retryAfterMs !== undefined && reply.code === 'rate-limited')
          lane.pauseUntil(world.clock.now() + reply.retryAfterMs)
        const delay = retryDelay({
          error: reply,
          attempt: retries + 1,
          maxRetries: step.llm.maxRetries,
          random: world.random,
        })
        context.emit(attemptFinished({ context, attempt, error: attemptError(reply), wait: delay ?? null }))
        if (delay === undefined) return { ok: false, error: attemptError(reply), generated: null }
        retries++
        await world.clock.sleep(delay, signal)
      } else {
        const used = reply.usage
        if (used !== undefined) slot.settle(used.inputTokens + used.outputTokens)
        const outcome = judge(reply, step, request.sampling.maxTokens)
        const again = reply.finishReason === 'length' && step.onTruncated === 'retry' && !doubled
        context.emit(
          attemptFinished({
            context,
            attempt,
            error: outcome.ok ? null : outcome.error,
            wait: again ? 0 : null,
            answer: reply,
            cost: costOf(step.llm, used),
          }),
        )
        if (!again) return outcome
        doubled = true
        request = { ...request, sampling: { ...request.sampling, maxTokens: request.sampling.maxTokens * 2 } }
      }
      slot.end()
      slot = await nextSlot(lane, tokens(request), context)
    }
  } catch (error) {
    if (signal.aborted) return abortedOutcome(step, signal)
    throw error
  } finally {
    slot.end()
  }
}

/** One attempt. A failed one comes back as its error; only an abort rejects. */
async function attemptCall(
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

type Lane = ReturnType<StepContext['llm']>['lane']

async function nextSlot(
  lane: Lane,
  tokens: number,
  { world, signal }: StepContext,
): Promise<ReturnType<Lane['begin']>> {
  for (;;) {
    const delay = lane.startDelay(world.clock.now(), tokens)
    if (delay <= 0) return lane.begin(world.clock.now(), tokens)
    await world.clock.sleep(delay, signal)
  }
}

/** Aborted with the step's own time limit, it has failed; for any other reason the run is being stopped. */
function abortedOutcome(step: LlmStep, signal: AbortSignal): Outcome {
  const reason: unknown = signal.reason
  return reason instanceof StepTimeout
    ? failure('timeout', `step "${step.id}" took longer than its limit of ${reason.limitMs / 1000} s`, {
        help: 'raise its "timeout"',
      })
    : failure('cancelled', 'the run was stopped')
}
