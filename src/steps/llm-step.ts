import type { LlmStep } from '../flow/flow.ts'
import type { Sampling } from '../flow/llm-config.ts'
import type { LlmRequest, Message } from '../llms/llm.ts'
import { MissingValue, render } from '../template/render.ts'
import { callUntilAnswered } from './llm-calls.ts'
import { modelConfig } from './model-config.ts'
import { contextProblem, fitsContext } from './request-size.ts'
import { failure, type Outcome, type StepContext } from './step-run.ts'
import { variablesOf } from './variables.ts'

/** Renders the prompt and has it answered. Whatever a flow or a model does is an outcome; it never rejects for that. */
export async function runLlmStep(step: LlmStep, context: StepContext): Promise<Outcome> {
  const request = renderRequest(step, context)
  const messages = request instanceof MissingValue ? undefined : request.messages
  const sampling = samplingOf(step, context)
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
  if (request instanceof MissingValue) return failure('missing-value', request.message)
  if (!fitsContext(step.llm, request)) {
    return failure('prompt-too-long', contextProblem(step.llm, request), {
      help: 'shorten the prompt or lower max_tokens',
    })
  }
  return callUntilAnswered(step, request, context)
}

function renderRequest(step: LlmStep, context: StepContext): LlmRequest | MissingValue {
  const { lookup } = context
  try {
    const before = step.messages.map(({ role, content }): Message => ({
      role,
      content: render(content, lookup),
    }))
    return {
      messages: [...before, { role: 'user', content: render(step.prompt, lookup) }],
      sampling: samplingOf(step, context),
    }
  } catch (error) {
    if (error instanceof MissingValue) return error
    throw error
  }
}

function samplingOf(step: LlmStep, { index }: StepContext): Sampling {
  const { sampling, provider } = step.llm
  // The embedded model answers a prompt and a seed always alike, and the items of a step often share a prompt.
  const needsSeed = provider === 'embedded' && sampling.seed === undefined
  return needsSeed ? { ...sampling, seed: index ?? 0 } : sampling
}
