import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Api, type LlmAnswer, LlmError, type LlmErrorCode } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import type { TimeLimits } from '../../src/llms/time-limits.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { type Fault, faults } from '../servers/faults.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key-0123456789'

type Expected =
  | { readonly text: string; readonly finishReason?: LlmAnswer['finishReason']; readonly usage?: null }
  | {
      readonly code: LlmErrorCode
      readonly retryable: boolean
      readonly message: RegExp
      readonly httpStatus?: number
      readonly retryAfterMs?: number
      /** Small where the fault is a silence; otherwise no limit may be felt. */
      readonly limits?: Partial<TimeLimits>
    }

const good = { text: 'Hello there' } as const
const broken = {
  code: 'connection-failed',
  retryable: true,
  message: /^the connection broke before the answer was whole$/,
} as const
const refused = (httpStatus: number, message: RegExp) =>
  ({ code: 'request-refused', retryable: false, httpStatus, message }) as const
const failed = (httpStatus: number, message: RegExp) =>
  ({ code: 'server-error', retryable: true, httpStatus, message }) as const
const bad = (message: RegExp) => ({ code: 'bad-response', retryable: true, message }) as const
const late = (message: RegExp, limits: Partial<TimeLimits>) =>
  ({ code: 'timeout', retryable: true, message, limits }) as const

const matrix: Readonly<Record<Fault, Expected>> = {
  'a stream': good,
  'one plain object': good,
  'one plain object that says it is a stream': good,
  'a stream that says it is text': good,
  'a stream byte by byte': { text: 'Hëllo 🎬 there' },
  'a byte order mark': good,
  'lines that end in CR LF': good,
  'comments between events': good,
  'gzip that nobody asked for': good,
  'deflate that nobody asked for': good,
  'brotli that nobody asked for': good,
  'no [DONE]': good,
  'no blank line at the end': good,
  'a reset after the finish reason': { ...good, usage: null },
  'a connection that stays open after [DONE]': good,

  'an answer cut at the limit': { text: 'Hello', finishReason: 'length', usage: null },
  'a filtered answer': { text: 'Hel', finishReason: 'content-filter', usage: null },
  'an empty answer': { text: '', usage: null },
  'an unknown finish reason': { text: 'Hello', usage: null },

  '400': refused(400, /^http:\S+ answered 400: Unsupported value: 'temperature' does not support 0\.7$/),
  '400 that names a parameter aside': refused(400, /answered 400: Unsupported value \(parameter "top_p"\)$/),
  '400 without JSON': refused(400, /answered 400: no such luck$/),
  '401': {
    code: 'authentication-failed',
    retryable: false,
    httpStatus: 401,
    message: /answered 401: Incorrect API key/,
  },
  '402': { code: 'quota-exhausted', retryable: false, httpStatus: 402, message: /402: Payment required/ },
  '403': { code: 'authentication-failed', retryable: false, httpStatus: 403, message: /403: Country/ },
  '404': refused(404, /404: The model does not exist/),
  '408': failed(408, /408: Timed out/),
  '409': failed(409, /409: Locked/),
  '413': refused(413, /413: a web page/),
  '422 in the manner of FastAPI': refused(422, /422: \[\{"msg":"field required"\}\]/),
  '425': refused(425, /425: Too early/),
  '429': { code: 'rate-limited', retryable: true, httpStatus: 429, message: /429: Rate limit reached/ },
  '429 with retry-after': {
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    retryAfterMs: 2000,
    message: /429: Slow down$/,
  },
  '429 with retry-after-ms': {
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    retryAfterMs: 300,
    message: /429: Slow down$/,
  },
  '429 with retry-after abc': {
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    message: /429: Slow down$/,
  },
  '429 with retry-after in an hour': {
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    retryAfterMs: 3_600_000,
    message: /429: Slow down; it asks to wait 60 min$/,
  },
  '429 insufficient_quota': {
    code: 'quota-exhausted',
    retryable: false,
    httpStatus: 429,
    message: /429: You exceeded your current quota/,
  },
  '500': failed(500, /500: The server had an error/),
  '500 not to be retried': { ...failed(500, /500: No/), retryable: false },
  '400 to be retried': { ...refused(400, /400: Again/), retryable: true },
  '502 with a web page': failed(502, /502: a web page/),
  '503': failed(503, /503: Overloaded/),
  '529': failed(529, /529: Overloaded/),
  '500 with a body that breaks off': failed(500, /answered 500/),

  'no answer at all': late(/^the server was silent for 200 ms after the request$/, { firstByteMs: 200 }),
  'a head without a body': late(/^the server was silent for 200 ms/, { firstByteMs: 200 }),
  'a head that comes slowly': late(/^the server was silent for 200 ms/, { firstByteMs: 200 }),
  'a stream that falls silent': late(/^the answer stalled: nothing came for 200 ms$/, { idleMs: 200 }),
  'a stream that never ends': late(/^the attempt took longer than its timeout of 300 ms$/, {
    attemptMs: 300,
  }),

  'a reset instead of an answer': {
    ...broken,
    message: /^cannot reach http:\S+: the server closed the connection without an answer$/,
  },
  'a close instead of an answer': {
    ...broken,
    message: /^cannot reach http:\S+: the server closed the connection without an answer$/,
  },
  'a reset within the stream': broken,
  'a close within the stream': broken,
  'a close within an event': broken,
  'a chunk that is none': broken,
  'another protocol': {
    ...broken,
    message: /^cannot reach http:\S+: the server closed the connection without an answer$/,
  },
  'less than the length promised': broken,
  'something that is not HTTP': bad(/^http:\S+ did not answer in HTTP$/),

  'a web page': bad(/^a web page came instead of an answer/),
  'a web page that says it is JSON': bad(/^a web page came instead of an answer/),
  'an empty body': bad(/^the answer is empty$/),
  'no content': bad(/^the answer is empty$/),
  'half an object': bad(/^the answer is not JSON: "\{\\"id/),
  'a list': bad(/^the answer is not a JSON object: "\[1, 2\]"$/),
  'no choices': bad(/^the answer has no choices$/),
  'choices that are none': bad(/^the answer has no choices$/),
  'null instead of text': bad(/^the answer has no text$/),
  'no finish reason': bad(/^the answer ended before it was whole: it has no finish_reason$/),
  'an error with status 200': {
    code: 'server-error',
    retryable: true,
    message: /^http:\S+ reported an error: The engine is on fire$/,
  },
  'a rate limit with status 200': {
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    message: /429: Slow down$/,
  },
  'an error within the stream': {
    code: 'server-error',
    retryable: true,
    message: /reported an error: The engine is on fire$/,
  },
  'garbage within the stream': bad(/^the answer is not JSON: "\{oops"$/),
  'a stream without a finish reason': bad(/it has no finish_reason$/),
  'a stream of nothing but [DONE]': bad(/^the answer is empty$/),
  'an engine that gave up': {
    code: 'server-error',
    retryable: true,
    message: /^the server gave up on the answer \(finish_reason "abort"\)$/,
  },
  'a call of a tool': {
    code: 'bad-response',
    retryable: false,
    message: /^the model asked for a tool instead of answering$/,
  },
  'deep nesting': bad(/^the answer is nested too deeply to be one$/),
  'gzip that is none': bad(/^the answer is not compressed in the way it says$/),
  'an encoding nobody knows': {
    code: 'bad-response',
    retryable: false,
    message: /^the answer is encoded as "zstd-ish", which was not asked for$/,
  },

  '400 MB': { code: 'response-too-large', retryable: false, message: /^the answer is larger than 8 MiB$/ },
  'a gzip bomb': {
    code: 'response-too-large',
    retryable: false,
    message: /^the answer is larger than 8 MiB$/,
  },
  'a head of a megabyte': bad(/did not answer in HTTP$/),

  'a redirect': {
    code: 'request-refused',
    retryable: false,
    httpStatus: 307,
    message: /answered with a redirect \(307\) to http:\S+; redirects are not followed, for the key's sake$/,
  },
  'a redirect to another host': {
    code: 'request-refused',
    retryable: false,
    httpStatus: 302,
    message: /answered with a redirect \(302\) to https:\/\/other\.example; redirects are not followed/,
  },

  'an echo of the key': {
    code: 'authentication-failed',
    retryable: false,
    httpStatus: 401,
    message: /answered 401: Bad key: Bearer \[redacted\]$/,
  },
  'an echo of the key in garbage': bad(/^the answer is not JSON: .*Bearer \[redacted\]"$/),
}

/** What the responses API says in other words, or cannot say. */
const inResponses: Partial<Readonly<Record<Fault, Expected>>> = {
  'no choices': good,
  'choices that are none': good,
  'null instead of text': good,
  'no finish reason': good,
  'a stream without a finish reason': bad(/it has no response\.completed$/),
  'an engine that gave up': {
    code: 'server-error',
    retryable: true,
    message: /^http:\S+ reported an error: The server gave up$/,
  },
}

let server: FaultServer

beforeAll(async () => {
  server = await startFaultServer(() => {})
})
afterAll(() => server.close())

const apis: readonly Api[] = ['chat', 'completions', 'responses']
const cells = apis.flatMap((api) => Object.keys(matrix).map((fault) => [api, fault as Fault] as const))

describe('one attempt makes one request, whatever the server does', () => {
  test.each(cells)('%s: %s', async (api, fault) => {
    const expected = (api === 'responses' ? inResponses[fault] : undefined) ?? matrix[fault]
    const before = server.requests.length
    server.behave(faults[fault])
    const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl }
    const llm = await openLlm(llmConfig({ api }), {
      world: stillWorld(env),
      allowHosts: [],
      timeLimits: 'limits' in expected ? (expected.limits ?? {}) : {},
    })
    let firstTokens = 0
    const outcome = await llm
      .call(ask(), { signal: new AbortController().signal, onFirstToken: () => (firstTokens += 1) })
      .catch((error: unknown) => error)

    expect(server.requests.length - before).toBe(1)
    expect(server.requests.at(-1)?.headers['authorization']).toBe(`Bearer ${KEY}`)
    if ('text' in expected) {
      if (outcome instanceof Error) throw outcome
      const usage = expected.usage === null ? undefined : { inputTokens: 7, outputTokens: 2 }
      expect(outcome).toMatchObject({ text: expected.text, finishReason: expected.finishReason ?? 'stop' })
      expect(Object(outcome)['usage']).toEqual(usage)
      expect(firstTokens).toBe(expected.text === '' ? 0 : 1)
    } else {
      if (!(outcome instanceof LlmError)) throw new Error(`not an LlmError: ${inspect(outcome)}`)
      const { code, retryable, httpStatus, retryAfterMs } = outcome
      expect({ code, retryable, httpStatus, retryAfterMs }).toEqual({
        code: expected.code,
        retryable: expected.retryable,
        httpStatus: expected.httpStatus,
        retryAfterMs: expected.retryAfterMs,
      })
      expect(outcome.message).toMatch(expected.message)
      expect(outcome.message.length).toBeLessThanOrEqual(500)
      expect(inspect(outcome, { depth: Infinity })).not.toContain(KEY)
    }
  })
})
