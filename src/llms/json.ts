import { LlmError } from './llm.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** No API nests this deep; what does would overflow the stack of whoever walks or writes it later. */
const MAX_DEPTH = 128

/** A JSON object from a server. Rejects everything else as a bad response. */
export function parseObject(text: string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw badResponse(`the answer is not JSON: ${excerpt(text)}`, cause)
  }
  if (!isObject(value)) throw badResponse(`the answer is not a JSON object: ${excerpt(text)}`)
  if (text.length >= 2 * MAX_DEPTH && depthOf(text) > MAX_DEPTH) {
    throw badResponse('the answer is nested too deeply to be one')
  }
  return value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function badResponse(message: string, cause?: unknown): LlmError {
  return new LlmError('bad-response', message, { retryable: true, cause })
}

/** The start of a text, on one line, to show what came instead of an answer. */
export function excerpt(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, ' ').trim()
  return JSON.stringify(line.length > 80 ? `${line.slice(0, 80)}…` : line)
}

function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[{\]}]/g)) {
    if (token === '[' || token === '{') deepest = Math.max(deepest, ++depth)
    else if (token === ']' || token === '}') depth--
  }
  return deepest
}
