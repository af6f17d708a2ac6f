import type { LlmStep } from '../flow/flow.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { callUntilAnswered } from './llm-calls.ts'
import { contextProblem, fitsContext, renderRequest, samplingOf } from './llm-request.ts'
import { modelConfig } from './model-config.ts'
import { failure, unrenderable, type Outcome, type StepContext } from './step-run.ts'
import { variablesOf } from './variables.ts'

/** Renders the prompt and has it answered. Whatever a flow or a model does is an outcome; it never rejects for that. */
export async function runLlmStep(step: LlmStep, context: StepContext): Promise<Outcome> {
  const request = renderRequest(step, context)
  const messages = request instanceof Unrenderable ? undefined : request.messages
  const asked = request instanceof Unrenderable ? { sampling: samplingOf(step, context) } : request
  context.emit({
    type: 'step-started',
    at: context.at(),
    step: context.id,
    prompt_inputs: variablesOf(step, context),
    prompt_template: step.prompt.text,
    prompt: messages?.at(-1)?.content ?? null,
    messages: messages?.slice(0, -1) ?? null,
    model_config: modelConfig(step.llm, asked, context),
  })
  if (request instanceof Unrenderable) return unrenderable(request)
  if (!fitsContext(step.llm, request)) {
    return failure('prompt-too-long', contextProblem(step.llm, request), {
      help: 'shorten the prompt or lower max_tokens',
    })
  }
  const outcome = await callUntilAnswered(step, request, context)
  const prompt = request.messages.at(-1)
  // Only what was answered has been said: a step that fails leaves no half of a turn, and a retry no second one.
  if (outcome.ok && prompt !== undefined && outcome.generated !== null)
    context.say(prompt.content, outcome.generated)
  return outcome
}
