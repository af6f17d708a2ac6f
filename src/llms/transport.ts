import type { IncomingMessage } from 'node:http'
import { AnswerBody } from './answer-body.ts'
import type { AttemptClock } from './attempt-clock.ts'
import { closedWithoutAnswer, connectionError } from './connection-error.ts'
import { LlmError } from './llm.ts'
import type { Route } from './route.ts'

/** An answer larger than this is not one. */
const MAX_ANSWER_BYTES = 8 * 2 ** 20

interface HttpRequest {
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly route: Route
  readonly clock: AttemptClock
}

/** As much of a fetch `Response` as the openai client and its callers look at. */
export interface HttpResponse {
  readonly status: number
  readonly headers: { get(name: string): string | null }
  readonly body: AnswerBody
}

/**
 * One POST, once: no retries, no redirects, no more than 8 MiB, and no longer than the clock allows. Rejects
 * with an `LlmError`, or with what stopped the clock. Node's own `fetch` is not used: it costs 20 ms to load, is three
 * times slower with a thousand calls in flight, has no limits, and follows redirects with the key in hand.
 */
export function post(request: HttpRequest): Promise<HttpResponse> {
  const { url, clock, route } = request
  const { via } = route
  return new Promise((resolve, reject) => {
    const outgoing = route.request({
      method: 'POST',
      agent: route.agent,
      ...(route.isTunnelled && { neededUntil: clock.signal }),
      host: (via?.proxy ?? url).hostname.replace(/^\[|\]$/g, ''),
      port: (via?.proxy ?? url).port,
      path: via === undefined ? url.pathname + url.search : url.href,
      headers: {
        'host': url.host,
        'accept': 'application/json, text/event-stream',
        'accept-encoding': 'identity',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(request.body),
        ...(via?.authorization === undefined ? {} : { 'proxy-authorization': via.authorization }),
        ...request.headers,
      },
    })
    clock.onStop((reason) => {
      reject(reason)
      outgoing.destroy()
    })
    outgoing.on('socket', (socket) => {
      // The reply's clock starts when the connection stands; a kept connection stands already.
      if (!socket.connecting) clock.enter('first-byte')
      else socket.once(route.readyEvent, () => clock.enter('first-byte'))
    })
    outgoing.on('error', (error) => reject(connectionError(error, url.origin)))
    // Some ends are no errors to Node, such as a change to another protocol.
    const onClose = (): void => reject(closedWithoutAnswer(url.origin))
    outgoing.on('close', onClose)
    outgoing.on('response', (message) => {
      outgoing.off('close', onClose)
      const status = message.statusCode ?? 0
      if (status >= 300 && status < 400) {
        reject(redirected(status, message.headers.location, url))
        outgoing.destroy()
        return
      }
      try {
        const body = new AnswerBody(message, { clock, maxBytes: MAX_ANSWER_BYTES })
        clock.onStop((reason) => body.stop(reason))
        resolve({ status, headers: headersOf(message), body })
      } catch (error) {
        reject(error)
        outgoing.destroy()
      }
    })
    // A string goes out together with the head, in one write.
    outgoing.end(request.body)
  })
}

function headersOf(message: IncomingMessage): HttpResponse['headers'] {
  return {
    get(name) {
      const value = message.headers[name.toLowerCase()]
      return value === undefined ? null : Array.isArray(value) ? value.join(', ') : value
    },
  }
}

function redirected(status: number, location: string | undefined, url: URL): LlmError {
  const target =
    location !== undefined && URL.canParse(location, url.href) ? new URL(location, url.href) : undefined
  const where = target === undefined ? '' : ` to ${target.origin}`
  const text = `${url.origin} answered with a redirect (${status})${where}; redirects are not followed, for the key's sake`
  return new LlmError('request-refused', text, { retryable: false, httpStatus: status })
}
