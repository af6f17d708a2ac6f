import { isObject, type JsonObject } from './json.ts'
import { LlmError, type LlmErrorCode } from './llm.ts'
import { LONGEST_WAIT_MS } from './retry.ts'

const MAX_MESSAGE = 500
/** Leaves room for the origin, the parameter and the wait. */
const MAX_SAID = 360

/** An error as an API reported it: by the status of the answer, or inside an answer whose status says that all is well. */
interface ReportedError {
  readonly origin: string
  /** 200 when the error came in the body of a success. */
  readonly status: number
  /** What `error` holds in the body, or the whole body when there is no such field, or its text. */
  readonly error: unknown
  readonly header: (name: string) => string | null
  /** The wall clock, in milliseconds since 1970, for hints that are dates. */
  readonly nowMs: number
  readonly redact: (text: string) => string
}

export function httpError(reported: ReportedError): LlmError {
  const { header } = reported
  const details = isObject(reported.error) ? reported.error : {}
  const status = statusIn(reported.status, details['code'], details['status'])
  const causes = Array.isArray(details['details']) ? details['details'].filter(isObject) : []
  const reasons = causes.map((cause) => text(cause['reason'])).join(' ')
  const code = codeOf(status, `${text(details['code'])} ${text(details['type'])} ${reasons}`)
  const retryAfterMs = retryAfter(header, reported.nowMs) ?? retryDelayIn(causes)
  const parameter = text(details['param'])
  const said = cut(plain(reported.redact(messageOf(reported.error))), MAX_SAID)
  const words = [
    `${reported.origin} ${status === 200 ? 'reported an error' : `answered ${status}`}`,
    said === '' ? '' : `: ${said}`,
    parameter === '' || said.includes(parameter) ? '' : ` (parameter "${parameter}")`,
    // No retry waits that long (see retry.ts), so a person has to.
    retryAfterMs !== undefined && retryAfterMs > LONGEST_WAIT_MS
      ? `; it asks to wait ${waitInWords(retryAfterMs)}`
      : '',
  ].join('')
  return new LlmError(code, cut(plain(reported.redact(words)), MAX_MESSAGE), {
    retryable: isRetryable(code, header('x-should-retry')),
    ...(status === 200 ? {} : { httpStatus: status }),
    retryAfterMs,
    requestId: requestIdIn(header, reported.redact),
  })
}

/** The id under which the server knows the request, when it is one that can be shown. */
export function requestIdIn(
  header: (name: string) => string | null,
  redact: (text: string) => string,
): string | undefined {
  const id = header('x-request-id') ?? header('request-id') ?? header('apim-request-id') ?? ''
  return /^[\w.:/-]{1,200}$/.exec(redact(id))?.[0]
}

/** What a server asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in seconds or as a date. */
export function retryAfter(header: (name: string) => string | null, nowMs: number): number | undefined {
  const exact = decimal(header('retry-after-ms'))
  if (exact !== undefined) return exact
  const written = header('retry-after')
  const seconds = decimal(written)
  if (seconds !== undefined) return seconds * 1000
  // Dates have a weekday or a month in them; `Date.parse` would also take "-5" for one.
  const date = written !== null && /[a-z]{3}/i.test(written) ? Date.parse(written) : Number.NaN
  return Number.isFinite(date) ? Math.max(0, date - nowMs) : undefined
}

/** Google says in the body how long to wait: `retryDelay: "53s"`. */
function retryDelayIn(causes: readonly JsonObject[]): number | undefined {
  const written = causes.map((cause) => text(cause['retryDelay'])).find((delay) => delay.endsWith('s'))
  const seconds = decimal(written?.slice(0, -1) ?? null)
  return seconds === undefined ? undefined : seconds * 1000
}

function waitInWords(ms: number): string {
  const minutes = Math.ceil(ms / 60_000)
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`
}

function decimal(value: string | null): number | undefined {
  return value !== null && /^\s*\d{1,12}(\.\d+)?\s*$/.test(value) ? Number(value) : undefined
}

/** Some servers put the status they mean into the error of an answer whose own status is 200. */
function statusIn(status: number, ...candidates: readonly unknown[]): number {
  if (status !== 200) return status
  return (
    candidates.map(Number).find((number) => Number.isInteger(number) && number >= 400 && number < 600) ?? 200
  )
}

function codeOf(status: number, kind: string): LlmErrorCode {
  if (status === 402 || /insufficient_quota|billing|exceeded_current_quota/.test(kind))
    return 'quota-exhausted'
  if (status === 429 || /rate_limit/.test(kind)) return 'rate-limited'
  // Google answers a wrong key with 400.
  if (status === 401 || status === 403 || /API_KEY_INVALID/.test(kind)) return 'authentication-failed'
  if (status === 200 && /^invalid_prompt|_policy/.test(kind.trim())) return 'request-refused'
  if (status === 408 || status === 409 || status >= 500 || status < 400) return 'server-error'
  return 'request-refused'
}

function isRetryable(code: LlmErrorCode, wish: string | null): boolean {
  // No money comes back by asking again, whatever the header says.
  if (code === 'quota-exhausted') return false
  if (wish === 'true') return true
  if (wish === 'false') return false
  return code === 'rate-limited' || code === 'server-error'
}

/** The words of an error, wherever the server has put them. */
function messageOf(error: unknown): string {
  if (typeof error === 'string') return error.trim()
  if (!isObject(error)) return ''
  for (const name of ['message', 'detail', 'error', 'title']) {
    const value = error[name]
    if (typeof value === 'string') return value.trim()
    if (typeof value === 'object' && value !== null) return messageOf(value) || JSON.stringify(value)
  }
  return ''
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** Without control characters but line breaks. */
function plain(message: string): string {
  return message.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n]/gu, ' ')
}

function cut(message: string, length: number): string {
  return message.length > length ? `${message.slice(0, length - 1)}…` : message
}
