import type { LlmConfig } from '../flow/llm-config.ts'
import type { LlmRequest } from '../llms/llm.ts'

/** Tokens that the messages have, roughly: four characters each. */
function promptTokens({ messages }: LlmRequest): number {
  return Math.ceil(messages.reduce((sum, { content }) => sum + content.length, 0) / 4)
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
