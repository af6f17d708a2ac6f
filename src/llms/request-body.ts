import { chatTurns } from './chat-body.ts'
import { presetOf, tokenParameter } from '../flow/providers.ts'
import type { LlmConfig, LlmRequest } from './llm.ts'
import type { Body } from './openai-client.ts'
import { responsesBody } from './responses-body.ts'

/** What is sent for a request. Answers are always streamed: so the first token's time is known and a broken answer is noticed. */
export function requestBody(config: LlmConfig, request: LlmRequest): Body {
  if (config.api === 'responses') return responsesBody(config, request)
  const preset = presetOf(config.provider) ?? { kind: 'http' }
  const { maxTokens, temperature, topP, stop, seed } = request.sampling
  const shared = {
    model: config.model,
    stream: true as const,
    ...(preset.asksForUsage === true ? { stream_options: { include_usage: true } } : {}),
    [tokenParameter(preset, config.api)]: maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: [...stop] }),
    ...(seed === undefined ? {} : { [preset.seedParameter ?? 'seed']: seed }),
  }
  if (config.api === 'completions') {
    const prompt = request.messages.map((message) => message.content).join('\n')
    return { api: 'completions', body: { ...shared, prompt, ...config.params } }
  }
  return { api: 'chat', body: { ...shared, ...chatTurns(request), ...config.params } }
}
