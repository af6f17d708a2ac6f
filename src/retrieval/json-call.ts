import { AttemptClock } from '../llms/attempt-clock.ts'
import { httpError } from '../llms/http-error.ts'
import { badResponse, excerpt, isObject } from '../llms/json.ts'
import { LlmError } from '../llms/llm.ts'
import type { Route } from '../llms/route.ts'
import type { TimeLimits } from '../llms/time-limits.ts'
import { type HttpResponse, post } from '../llms/transport.ts'
import type { World } from '../llms/world.ts'

interface JsonCall {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  /** JSON. */
  readonly body: string
  readonly route: Route
  readonly limits: TimeLimits
  readonly world: World
  readonly signal: AbortSignal
  /** Takes the secrets out of a message. */
  readonly redact: (text: string) => string
}

export interface JsonReply {
  readonly value: unknown
  readonly headers: HttpResponse['headers']
}

/**
 * Posts JSON, once, and reads the JSON that comes back, by the transport that LLMs are called with and under its rules.
 * Rejects with an `LlmError` whose message holds no secret, or with the signal's reason.
 */
export async function postJson(call: JsonCall): Promise<JsonReply> {
  const { url, headers, body, route, limits, world, signal, redact } = call
  const clock = new AttemptClock(limits, signal)
  try {
    clock.check()
    const reply = await post({ url, headers, body, route, clock })
    const text = await textOf(reply)
    signal.throwIfAborted()
    if (reply.status < 200 || reply.status >= 300) {
      throw httpError({
        origin: url.origin,
        status: reply.status,
        error: errorIn(text),
        header: (name) => reply.headers.get(name),
        nowMs: world.clock.date().getTime(),
        redact,
      })
    }
    return { value: parsed(text, redact), headers: reply.headers }
  } catch (error) {
    // A stopped attempt fails with what stopped it, whatever came apart on the way.
    clock.check()
    throw error instanceof LlmError ? redacted(error, redact) : error
  } finally {
    clock.end()
  }
}

async function textOf({ body }: HttpResponse): Promise<string> {
  const decoder = new TextDecoder()
  const pieces: string[] = []
  for await (const bytes of body) pieces.push(decoder.decode(bytes, { stream: true }))
  return pieces.join('') + decoder.decode()
}

function parsed(text: string, redact: (text: string) => string): unknown {
  if (text.trim() === '') return null
  if (text.trimStart().startsWith('<')) {
    throw badResponse('a web page came instead of an answer (a login page, a proxy, a wrong address?)')
  }
  try {
    return JSON.parse(text)
  } catch {
    throw badResponse(`the answer is not JSON: ${excerpt(text, redact)}`)
  }
}

/** What an error's body says, as JSON or as text; the status says enough where it says nothing. */
function errorIn(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? (value['error'] ?? value) : text
  } catch {
    return text.trimStart().startsWith('<') ? 'a web page' : text.slice(0, 4096)
  }
}

function redacted(error: LlmError, redact: (text: string) => string): LlmError {
  const message = redact(error.message)
  if (message === error.message) return error
  const { code, retryable, httpStatus, retryAfterMs, requestId, help } = error
  return new LlmError(code, message, { retryable, httpStatus, retryAfterMs, requestId, help })
}
