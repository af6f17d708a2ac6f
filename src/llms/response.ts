import { isCount } from './answer.ts'
import { badResponse, isObject, type JsonObject } from './json.ts'
import { callsIn } from './response-items.ts'
import { type FinishReason, type LlmAnswer, LlmError, type Usage } from './llm.ts'

/**
 * The answer in an object of the responses API that has ended. Throws an `LlmError` when it holds none. One that is cut at
 * the limit, filtered or refused is an answer.
 */
export function answerIn(
  response: JsonObject,
  { requestId, offersTools }: { readonly requestId: string | undefined; readonly offersTools: boolean },
): LlmAnswer {
  const items = Array.isArray(response['output']) ? response['output'].filter(isObject) : []
  const parts = answerItems(items).flatMap((item) =>
    Array.isArray(item['content']) ? item['content'].filter(isObject) : [],
  )
  const text = joined(parts, 'output_text', 'text')
  const refusal = joined(parts, 'refusal', 'refusal')
  const toolCalls = offersTools ? callsIn(items) : []
  const ended = finishReasonOf(response)
  const asksForTools = toolCalls.length > 0 && ended === 'stop'
  const finishReason = refusal !== undefined ? 'refusal' : asksForTools ? 'tool-calls' : ended
  if (text === undefined && finishReason === 'stop') throw withoutText(items)
  const usage = usageOf(response['usage'])
  const model = response['model']
  return {
    text: text === undefined || text === '' ? (refusal ?? '') : text,
    finishReason,
    ...(finishReason === 'tool-calls' ? { toolCalls } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(typeof model === 'string' ? { model } : {}),
    ...(requestId === undefined ? {} : { requestId }),
    raw: response,
  }
}

/** The messages that are the answer; what a model says while it works is none, unless it says nothing else. */
function answerItems(items: readonly JsonObject[]): readonly JsonObject[] {
  const messages = items.filter((item) => item['type'] === 'message')
  const final = messages.filter((item) => item['phase'] !== 'commentary')
  return final.length === 0 ? messages : final
}

/** The texts of the parts of one type; undefined when there is no such part. */
function joined(parts: readonly JsonObject[], type: string, field: string): string | undefined {
  const texts = parts.flatMap((part) => {
    const text = part['type'] === type ? part[field] : undefined
    return typeof text === 'string' ? [text] : []
  })
  return texts.length === 0 ? undefined : texts.join('')
}

function finishReasonOf({ status, incomplete_details: details }: JsonObject): FinishReason {
  if (status !== 'incomplete') return 'stop'
  return isObject(details) && details['reason'] === 'content_filter' ? 'content-filter' : 'length'
}

function withoutText(items: readonly JsonObject[]): LlmError {
  return items.some((item) => item['type'] === 'function_call')
    ? new LlmError('bad-response', 'the model asked for a tool instead of answering', { retryable: false })
    : badResponse('the answer has no text')
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const { input_tokens: inputTokens, output_tokens: outputTokens } = usage
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : undefined
}
