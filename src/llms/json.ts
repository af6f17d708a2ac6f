import { LlmError } from './llm.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** No API nests this deep; what does would overflow the stack of whoever walks or writes it later. */
const MAX_DEPTH = 128

/** A JSON object from a server. Everything else is a bad response; its message shows the start of it, redacted. */
export function parseObject(text: string, redact: (text: string) => string): JsonObject {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message quotes the text, and with it whatever the server has echoed.
    throw badResponse(`the answer is not JSON: ${excerpt(text, redact)}`)
  }
  if (!isObject(value)) throw badResponse(`the answer is not a JSON object: ${excerpt(text, redact)}`)
  if (text.length >= 2 * MAX_DEPTH && depthOf(text) > MAX_DEPTH) {
    throw badResponse('the answer is nested too deeply to be one')
  }
  return value
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function badResponse(message: string): LlmError {
  return new LlmError('bad-response', message, { retryable: true })
}

/** The start of a text, on one line, to show what came instead of an answer. A secret is taken out before anything is cut. */
export function excerpt(text: string, redact: (text: string) => string): string {
  const line = redact(text.slice(0, 4096)).slice(0, 400).replace(/\s+/g, ' ').trim()
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
