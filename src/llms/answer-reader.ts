import { answerFrom, textOf } from './answer.ts'
import { Completion } from './completion.ts'
import { httpError, requestIdIn } from './http-error.ts'
import { jsonTexts } from './json-texts.ts'
import { badResponse, isObject, type JsonObject, parseObject } from './json.ts'
import { type Api, type LlmAnswer, LlmError } from './llm.ts'
import { readResponses } from './responses-reader.ts'
import { ToolCallPieces } from './tool-calls.ts'

/** As much of an error's body as is read. */
const MAX_ERROR_CHARACTERS = 64 * 1024

interface AnswerContext {
  readonly api: Api
  /** Where the answer comes from, for messages. */
  readonly origin: string
  /** The wall clock, for hints that are dates. */
  readonly date: Date
  readonly redact: (text: string) => string
  readonly onFirstToken: () => void
  /** Whether the model may ask for tools. */
  readonly offersTools: boolean
}

/** The answer in a response, streamed or whole. Rejects with an `LlmError` when it is none, or with what stopped the body. */
export async function readAnswer(
  response: Pick<Response, 'status' | 'headers' | 'body'>,
  context: AnswerContext,
): Promise<LlmAnswer> {
  const { redact, origin, date } = context
  const header = (name: string): string | null => response.headers.get(name)
  const failure = (status: number, error: unknown): LlmError =>
    httpError({ origin, status, error, header, nowMs: date.getTime(), redact })
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body === null) throw badResponse('the answer has no body')
  if (response.status < 200 || response.status >= 300) {
    throw failure(response.status, await errorIn(body, redact))
  }

  if (context.api === 'responses') {
    const requestId = requestIdIn(header, redact)
    const reported = (error: unknown): LlmError => failure(200, error)
    return readResponses(jsonTexts(body), { ...context, reported, requestId })
  }

  const completion = new Completion()
  const calls = new ToolCallPieces()
  let hasBegun = false
  let hasText = false
  let isWhole = false
  try {
    for await (const text of jsonTexts(body)) {
      const chunk = parseObject(text, redact)
      if (chunk['error'] !== undefined && chunk['error'] !== null) throw failure(200, chunk['error'])
      completion.add(chunk)
      if (context.offersTools) calls.add(chunk)
      hasBegun = true
      isWhole ||= endsIn(chunk)
      if (!hasText && startsText(chunk)) {
        hasText = true
        context.onFirstToken()
      }
    }
  } catch (error) {
    // What breaks after the finish reason (a reset, a stall before the usage) takes nothing from the answer.
    if (!isWhole || !isTransportFailure(error)) throw error
  }
  if (!hasBegun) throw badResponse('the answer is empty')
  const toolCalls = calls.finish()
  return answerFrom(completion.toObject(), context.api, { requestId: requestIdIn(header, redact), toolCalls })
}

/** What an error's body says: its `error`, or all of it, as JSON or as text. Never fails: the status says enough. */
async function errorIn(body: AsyncIterable<Uint8Array>, redact: (text: string) => string): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > MAX_ERROR_CHARACTERS) break
    }
  } catch {
    // The connection broke: what has come is all there is.
  }
  try {
    // Google's errors come in a list of one.
    const parsed = parseObject(text.trim().replace(/^\[(.*)\]$/s, '$1'), redact)
    return parsed['error'] ?? parsed
  } catch {
    return text.trimStart().startsWith('<') ? 'a web page' : text
  }
}

function choicesIn(chunk: JsonObject): readonly JsonObject[] {
  return Array.isArray(chunk['choices']) ? chunk['choices'].filter(isObject) : []
}

function endsIn(chunk: JsonObject): boolean {
  return choicesIn(chunk).some(
    (choice) => typeof choice['finish_reason'] === 'string' && choice['finish_reason'] !== '',
  )
}

/** Whether a chunk brings the first characters of an answer; thinking aloud counts, a mere role does not. */
function startsText(chunk: JsonObject): boolean {
  return choicesIn(chunk).some((choice) => {
    const piece = isObject(choice['delta'])
      ? choice['delta']
      : isObject(choice['message'])
        ? choice['message']
        : choice
    const pieces = [
      piece['content'],
      piece['text'],
      piece['refusal'],
      piece['reasoning_content'],
      piece['reasoning'],
    ]
    const calls = piece['tool_calls']
    return pieces.some((value) => (textOf(value) ?? '') !== '') || (Array.isArray(calls) && calls.length > 0)
  })
}

function isTransportFailure(error: unknown): boolean {
  return error instanceof LlmError && (error.code === 'connection-failed' || error.code === 'timeout')
}
