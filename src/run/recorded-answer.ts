import { isObject } from '../llms/json.ts'
import type { LlmAnswer, ToolCall } from '../llms/llm.ts'

const finishReasons: ReadonlySet<unknown> = new Set<LlmAnswer['finishReason']>([
  'stop',
  'length',
  'content-filter',
  'refusal',
  'tool-calls',
])

/** The answer that a recording holds; undefined when it is none. Recordings may be edited, and may come from others. */
export function recordedAnswer(value: unknown): LlmAnswer | undefined {
  return isAnswer(value) ? { ...value, raw: null, recalled: 'recording' } : undefined
}

function isAnswer(value: unknown): value is Omit<LlmAnswer, 'raw'> {
  if (!isObject(value) || typeof value['text'] !== 'string') return false
  const { finishReason, toolCalls, usage, model } = value
  if (!finishReasons.has(finishReason)) return false
  const calls = toolCalls ?? []
  if (!Array.isArray(calls) || !calls.every(isToolCall)) return false
  if (calls.length === 0 && finishReason === 'tool-calls') return false
  if (model !== undefined && typeof model !== 'string') return false
  return (
    usage === undefined ||
    (isObject(usage) && isCount(usage['inputTokens']) && isCount(usage['outputTokens']))
  )
}

function isToolCall(value: unknown): value is ToolCall {
  if (!isObject(value)) return false
  const { id, name, arguments: given } = value
  return typeof id === 'string' && id !== '' && typeof name === 'string' && typeof given === 'string'
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}
