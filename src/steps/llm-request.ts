import type { LlmStep, Tool } from '../flow/flow.ts'
import { presetOf } from '../flow/providers.ts'
import { allowsStrict } from '../flow/strict-schema.ts'
import type { LlmConfig, LlmRequest, Message, Sampling, ToolOffer } from '../llms/llm.ts'
import { MAX_SIZE } from '../template/extent.ts'
import { render } from '../template/render.ts'
import type { Template } from '../template/template.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import type { StepContext } from './step-run.ts'
import { askingForJson } from './structured-answer.ts'

type Item = Pick<StepContext, 'index' | 'lookup' | 'said'>

/** What a step asks its model, or why that cannot be said: a value is missing, or it would be too large. */
export function renderRequest(step: LlmStep, item: Item): LlmRequest | Unrenderable {
  const { lookup, said } = item
  let room = MAX_SIZE
  const take = (template: Template): string => {
    const text = render(template, lookup, room)
    room -= text.length
    return text
  }
  try {
    const before = step.messages.map(({ role, content }): Message => ({ role, content: take(content) }))
    room -= said.reduce((sum, { content }) => sum + content.length, 0)
    const tools = step.tools.map((tool) => offerOf(tool, step.llm))
    const request: LlmRequest = {
      messages: [...before, ...said, { role: 'user', content: take(step.prompt) }],
      sampling: samplingOf(step, item),
      ...(tools.length === 0 ? {} : { tools }),
    }
    return step.outputSchema === undefined
      ? request
      : askingForJson(request, step.outputKey, step.outputSchema)
  } catch (error) {
    if (error instanceof Unrenderable) return error
    throw error
  }
}

/** A tool as the model is told of it. */
function offerOf({ name, description, parameters }: Tool, { provider }: LlmConfig): ToolOffer {
  const isStrict = presetOf(provider)?.hasStrictSchemas === true && allowsStrict(parameters)
  return { name, description, parameters, isStrict }
}

export function samplingOf(step: LlmStep, { index }: Pick<Item, 'index'>): Sampling {
  const { sampling, provider } = step.llm
  // The embedded model answers a prompt and a seed always alike, and the items of a step often share a prompt.
  const needsSeed = provider === 'embedded' && sampling.seed === undefined
  return needsSeed ? { ...sampling, seed: index ?? 0 } : sampling
}

/** What the first call of a step is reckoned with; one that cannot be said makes none. */
export function reckonedTokens(step: LlmStep, item: Item): number {
  const request = renderRequest(step, item)
  return request instanceof Unrenderable ? 0 : estimateTokens(request)
}

/** What a call is reckoned with before its usage is known: its prompt, and an answer as long as it may be. */
export function estimateTokens(request: LlmRequest): number {
  return promptTokens(request) + request.sampling.maxTokens
}

/** Whether prompt and answer have room in what the model can take, as far as the flow says how much that is. */
export function fitsContext({ contextWindow }: LlmConfig, request: LlmRequest): boolean {
  return contextWindow === undefined || estimateTokens(request) <= contextWindow
}

/** Why a request does not fit, in words. */
export function contextProblem({ name, contextWindow }: LlmConfig, request: LlmRequest): string {
  const { maxTokens } = request.sampling
  return `the prompt has about ${promptTokens(request)} tokens and the answer may have ${maxTokens}, more than the ${contextWindow} that llm "${name}" can take`
}

/** Roughly four characters a token. */
function promptTokens({ messages, tools = [], responseFormat }: LlmRequest): number {
  const offered = [...tools, ...(responseFormat === undefined ? [] : [responseFormat])]
  const characters = [
    ...messages.map((message) => message.content.length + askedFor(message)),
    ...offered.map((each) => JSON.stringify(each).length),
  ]
  return Math.ceil(characters.reduce((sum, count) => sum + count, 0) / 4)
}

/** Characters of the tool calls in a turn. */
function askedFor(message: Message): number {
  const calls = message.role === 'assistant' ? (message.toolCalls ?? []) : []
  return calls.reduce((sum, call) => sum + call.name.length + call.arguments.length, 0)
}
