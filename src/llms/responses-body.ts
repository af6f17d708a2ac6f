import type { LlmConfig, LlmRequest } from './llm.ts'
import type { Body } from './openai-client.ts'
import { responseTurns } from './response-items.ts'

/**
 * What is sent for a request to the responses API. Nothing is kept there: every request says all there is to know. It has no
 * `stop` and no `seed`, which the checker says.
 */
export function responsesBody(config: LlmConfig, request: LlmRequest): Body {
  const { maxTokens, temperature, topP } = request.sampling
  return {
    api: 'responses',
    body: {
      model: config.model,
      stream: true,
      store: false,
      max_output_tokens: maxTokens,
      ...(temperature === undefined ? {} : { temperature }),
      ...(topP === undefined ? {} : { top_p: topP }),
      ...responseTurns(request),
      ...config.params,
    },
  }
}
