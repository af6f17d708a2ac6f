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

/** How deep a text that is JSON nests. Brackets in strings do not count. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '"') at = endOfString(text, at)
    else if (character === '{' || character === '[') deepest = Math.max(deepest, ++depth)
    else if (character === '}' || character === ']') depth--
  }
  return deepest
}

/** Where the string that begins at a quote ends: the next quote after an even number of backslashes. */
function endOfString(text: string, start: number): number {
  let at = start + 1
  while (text[at] !== '"' && at < text.length) at += text[at] === '\\' ? 2 : 1
  return at
}
