import { badResponse, isObject, type JsonObject } from './json.ts'
import { type Api, type FinishReason, type LlmAnswer, LlmError, type ToolCall, type Usage } from './llm.ts'

interface AnswerParts {
  readonly requestId: string | undefined
  /** The tools that it asks for; none where none were offered. */
  readonly toolCalls?: readonly ToolCall[]
}

/**
 * The answer in a completion object. Throws an `LlmError` when it is not whole: no choices, no text, no finish reason. An
 * answer that is empty, cut at the limit, filtered or refused is an answer.
 */
export function answerFrom(
  completion: JsonObject,
  api: Api,
  { requestId, toolCalls = [] }: AnswerParts,
): LlmAnswer {
  const choices = completion['choices']
  const choice: unknown = Array.isArray(choices) ? choices[0] : undefined
  if (!isObject(choice)) throw badResponse('the answer has no choices')
  const reported = choice['finish_reason']
  if (typeof reported !== 'string' || reported === '') {
    throw badResponse('the answer ended before it was whole: it has no finish_reason')
  }
  const message = isObject(choice['message']) ? choice['message'] : {}
  const refusal = typeof message['refusal'] === 'string' ? message['refusal'] : ''
  const text = textOf(api === 'chat' ? message['content'] : choice['text'])
  const asked = toolCalls.length > 0
  const finishReason = refusal === '' ? finishReasonOf(reported, text, asked) : 'refusal'
  if (text === undefined && finishReason === 'stop') throw badResponse('the answer has no text')
  const usage = usageOf(completion['usage'])
  const model = completion['model']
  return {
    text: text === undefined || text === '' ? refusal : text,
    finishReason,
    ...(finishReason === 'tool-calls' ? { toolCalls } : {}),
    ...(usage === undefined ? {} : { usage }),
    ...(typeof model === 'string' ? { model } : {}),
    ...(requestId === undefined ? {} : { requestId }),
    raw: completion,
  }
}

/** A text, or the text parts of a list of parts; undefined when there is none at all. */
export function textOf(content: unknown): string | undefined {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const texts = content.flatMap((part) =>
    isObject(part) && typeof part['text'] === 'string' ? [part['text']] : [],
  )
  return texts.length === 0 ? undefined : texts.join('')
}

/** Servers have words of their own; a word that nobody knows is taken for an ordinary end. */
function finishReasonOf(reported: string, text: string | undefined, asksForTools: boolean): FinishReason {
  switch (reported.toLowerCase()) {
    case 'length':
    case 'max_tokens':
    case 'model_length':
      return 'length'
    case 'content_filter':
    case 'safety':
    case 'recitation':
    case 'sensitive':
      return 'content-filter'
    case 'refusal':
      return 'refusal'
    case 'error':
    case 'abort':
    case 'cancelled':
    case 'insufficient_system_resource':
      throw new LlmError('server-error', `the server gave up on the answer (finish_reason "${reported}")`, {
        retryable: true,
      })
    case 'tool_calls':
    case 'function_call':
      if (asksForTools) return 'tool-calls'
      if (text !== undefined && text !== '') return 'stop'
      throw new LlmError('bad-response', 'the model asked for a tool instead of answering', {
        retryable: false,
      })
    default:
      // Some servers call every end one, also that for a tool.
      return asksForTools ? 'tool-calls' : 'stop'
  }
}

function usageOf(usage: unknown): Usage | undefined {
  if (!isObject(usage)) return undefined
  const inputTokens = usage['prompt_tokens']
  const outputTokens = usage['completion_tokens'] ?? 0
  return isCount(inputTokens) && isCount(outputTokens) ? { inputTokens, outputTokens } : undefined
}

/** Whether a value is a number of tokens. */
export function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}
