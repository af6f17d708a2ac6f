import { answerFrom, textOf } from './answer.ts'
import { AttemptClock } from './attempt-clock.ts'
import { Completion } from './completion.ts'
import type { Endpoint } from './endpoint.ts'
import { httpError, requestIdIn } from './http-error.ts'
import { badResponse, isObject, type JsonObject, parseObject } from './json.ts'
import {
  type CallOptions,
  type Llm,
  type LlmAnswer,
  type LlmConfig,
  LlmError,
  type LlmRequest,
} from './llm.ts'
import { OpenAiClient } from './openai-client.ts'
import { requestBody } from './request-body.ts'
import { jsonTexts } from './json-texts.ts'
import type { Route } from './route.ts'
import type { TimeLimits } from './time-limits.ts'
import type { World } from './world.ts'

/** As much of an error's body as is read. */
const MAX_ERROR_BYTES = 64 * 1024

export interface OpenAiLlmOptions {
  readonly endpoint: Endpoint
  readonly route: Route
  readonly limits: TimeLimits
  readonly world: World
  /** Takes the secrets out of a text. */
  readonly redact: (text: string) => string
}

/** An LLM behind a server that speaks OpenAI's protocol. */
export function openAiLlm(config: LlmConfig, options: OpenAiLlmOptions): Llm {
  const client = new OpenAiClient(options.endpoint, options.route)
  return {
    async call(request, callOptions) {
      const clock = new AttemptClock(options.limits, callOptions.signal)
      try {
        clock.check()
        return await exchange({ client, config, request, callOptions, options, clock })
      } catch (error) {
        // A stopped attempt fails with what stopped it, whatever came apart on the way.
        clock.check()
        throw error instanceof LlmError ? redacted(error, options.redact) : error
      } finally {
        clock.end()
      }
    },
  }
}

interface Exchange {
  readonly client: OpenAiClient
  readonly config: LlmConfig
  readonly request: LlmRequest
  readonly callOptions: CallOptions
  readonly options: OpenAiLlmOptions
  readonly clock: AttemptClock
}

async function exchange({
  client,
  config,
  request,
  callOptions,
  options,
  clock,
}: Exchange): Promise<LlmAnswer> {
  const response = await client.send(requestBody(config, request), clock)
  const header = (name: string): string | null => response.headers.get(name)
  const fail = (status: number, error: unknown): LlmError =>
    httpError({
      origin: options.endpoint.origin,
      status,
      error,
      header,
      nowMs: options.world.clock.date().getTime(),
      redact: options.redact,
    })
  const body: AsyncIterable<Uint8Array> | null = response.body
  if (body === null) throw badResponse('the answer has no body')
  if (response.status < 200 || response.status >= 300) {
    const error = await errorIn(body, options.redact)
    clock.check()
    throw fail(response.status, error)
  }

  const completion = new Completion()
  let chunks = 0
  let isComplete = false
  let hasText = false
  try {
    for await (const text of jsonTexts(body)) {
      const chunk = parseObject(text, options.redact)
      if (chunk['error'] !== undefined && chunk['error'] !== null) throw fail(200, chunk['error'])
      completion.add(chunk)
      chunks += 1
      isComplete ||= endsIn(chunk)
      if (!hasText && startsText(chunk)) {
        hasText = true
        callOptions.onFirstToken()
      }
    }
  } catch (error) {
    // What breaks after the finish reason (a reset, a stall before the usage) takes nothing from the answer.
    if (!isComplete || callOptions.signal.aborted || !isTransportFailure(error)) throw error
  }
  callOptions.signal.throwIfAborted()
  if (chunks === 0) throw badResponse('the answer is empty')
  return answerFrom(completion.toObject(), config.api, requestIdIn(header, options.redact))
}

/** What an error's body says: its `error`, or all of it, as JSON or as text. Never fails: the status says enough. */
async function errorIn(body: AsyncIterable<Uint8Array>, redact: (text: string) => string): Promise<unknown> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of body) {
      text += decoder.decode(bytes, { stream: true })
      if (text.length > MAX_ERROR_BYTES) break
    }
  } catch {
    // The connection broke: what has come is all there is.
  }
  try {
    const parsed = parseObject(text, redact)
    return parsed['error'] ?? parsed
  } catch {
    return text.trimStart().startsWith('<') ? 'a web page' : text
  }
}

function choicesIn(chunk: JsonObject): readonly JsonObject[] {
  return Array.isArray(chunk['choices']) ? chunk['choices'].filter(isObject) : []
}

function endsIn(chunk: JsonObject): boolean {
  return choicesIn(chunk).some((choice) => typeof choice['finish_reason'] === 'string')
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
    return pieces.some((value) => (textOf(value) ?? '') !== '')
  })
}

function isTransportFailure(error: unknown): boolean {
  return error instanceof LlmError && (error.code === 'connection-failed' || error.code === 'timeout')
}

function redacted(error: LlmError, redact: (text: string) => string): LlmError {
  const message = redact(error.message)
  if (message === error.message) return error
  const { retryable, httpStatus, retryAfterMs, requestId } = error
  return new LlmError(error.code, message, { retryable, httpStatus, retryAfterMs, requestId })
}
