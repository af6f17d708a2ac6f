import * as zlib from 'node:zlib'
import type { Behaviour, Exchange } from './fault-server.ts'
import * as wire from './openai-wire.ts'

/** Everything that a server can do to a request, by name. Times are short: whoever calls sets limits to match. */

const status =
  (code: number, body: string, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  ({ write }) =>
    write(wire.http({ status: code, body, headers }))

/** A stream that is sent whole. */
const stream =
  (
    body: (exchange: Exchange) => string | Uint8Array,
    headers?: Readonly<Record<string, string>>,
  ): Behaviour =>
  (exchange) =>
    exchange.write(
      wire.http({ body: body(exchange), headers: { 'content-type': 'text/event-stream', ...headers } }),
    )

/** A plain JSON object. */
const json =
  (body: (exchange: Exchange) => unknown): Behaviour =>
  (exchange) =>
    exchange.write(wire.http({ body: JSON.stringify(body(exchange)) }))

/** A stream that begins well; what follows is up to `then`. */
const begun =
  (then: Behaviour): Behaviour =>
  async (exchange) => {
    exchange.write(wire.STREAM_HEAD)
    exchange.write(wire.piece(wire.event(wire.chunk(exchange, 'Hello'))))
    await exchange.wait(10)
    await then(exchange)
  }

const MEBIBYTE = Buffer.alloc(2 ** 20, 'x')

export const faults = {
  // Good answers, some of them in a strange dress.
  'a stream': stream((exchange) => wire.answer(exchange)),
  'one plain object': json((exchange) => wire.completion(exchange)),
  'one plain object that says it is a stream': (exchange) =>
    exchange.write(
      wire.http({
        body: JSON.stringify(wire.completion(exchange)),
        headers: { 'content-type': 'text/event-stream' },
      }),
    ),
  'a stream that says it is text': stream((exchange) => wire.answer(exchange), {
    'content-type': 'text/plain',
  }),
  'a stream byte by byte': async (exchange) => {
    exchange.write(wire.STREAM_HEAD)
    for (const byte of Buffer.from(wire.answer(exchange, ['Hëllo', ' 🎬 there']))) {
      exchange.write(wire.piece(Uint8Array.of(byte)))
      await new Promise(setImmediate)
    }
    exchange.write(wire.LAST_PIECE)
  },
  'a byte order mark': stream((exchange) => `\ufeff${wire.answer(exchange)}`),
  'lines that end in CR LF': stream((exchange) => wire.answer(exchange).replaceAll('\n', '\r\n')),
  'comments between events': stream((exchange) =>
    wire.answer(exchange).replaceAll('data:', ': keep-alive\n\nevent: message\nid: 1\ndata:'),
  ),
  'gzip that nobody asked for': stream((exchange) => zlib.gzipSync(wire.answer(exchange)), {
    'content-encoding': 'gzip',
  }),
  'deflate that nobody asked for': stream((exchange) => zlib.deflateSync(wire.answer(exchange)), {
    'content-encoding': 'deflate',
  }),
  'brotli that nobody asked for': stream((exchange) => zlib.brotliCompressSync(wire.answer(exchange)), {
    'content-encoding': 'br',
  }),
  'no [DONE]': stream((exchange) => wire.answer(exchange).replace(wire.DONE, '')),
  'no blank line at the end': stream((exchange) => wire.answer(exchange).replace(wire.DONE, '').trimEnd()),
  'a reset after the finish reason': begun(async (exchange) => {
    exchange.write(wire.piece(wire.event(wire.chunk(exchange, ' there', 'stop'))))
    await exchange.wait(20)
    exchange.socket.resetAndDestroy()
  }),
  'a connection that stays open after [DONE]': (exchange) => {
    exchange.write(wire.STREAM_HEAD)
    exchange.write(wire.piece(wire.answer(exchange)))
  },

  // Answers that are whole but not what was hoped for.
  'an answer cut at the limit': stream(
    (exchange) => wire.event(wire.chunk(exchange, 'Hello', 'length')) + wire.DONE,
  ),
  'a filtered answer': stream(
    (exchange) => wire.event(wire.chunk(exchange, 'Hel', 'content_filter')) + wire.DONE,
  ),
  'an empty answer': stream((exchange) => wire.event(wire.chunk(exchange, '', 'stop')) + wire.DONE),
  'an unknown finish reason': stream(
    (exchange) => wire.event(wire.chunk(exchange, 'Hello', 'eos')) + wire.DONE,
  ),

  // Statuses.
  '400': status(
    400,
    wire.errorBody("Unsupported value: 'temperature' does not support 0.7", { param: 'temperature' }),
  ),
  '400 that names a parameter aside': status(400, wire.errorBody('Unsupported value', { param: 'top_p' })),
  '400 without JSON': status(400, 'no such luck', { 'content-type': 'text/plain' }),
  '401': status(401, wire.errorBody('Incorrect API key provided')),
  '402': status(402, wire.errorBody('Payment required')),
  '403': status(403, wire.errorBody('Country not supported')),
  '404': status(404, wire.errorBody('The model does not exist', { code: 'model_not_found' })),
  '408': status(408, wire.errorBody('Timed out')),
  '409': status(409, wire.errorBody('Locked')),
  '413': status(413, '<html>too large</html>', { 'content-type': 'text/html' }),
  '422 in the manner of FastAPI': status(422, JSON.stringify({ detail: [{ msg: 'field required' }] })),
  '425': status(425, wire.errorBody('Too early')),
  '429': status(429, wire.errorBody('Rate limit reached', { type: 'requests' })),
  '429 with retry-after': status(429, wire.errorBody('Slow down'), { 'retry-after': '2' }),
  '429 with retry-after-ms': status(429, wire.errorBody('Slow down'), {
    'retry-after-ms': '300',
    'retry-after': '9',
  }),
  '429 with retry-after abc': status(429, wire.errorBody('Slow down'), { 'retry-after': 'abc' }),
  '429 with retry-after in an hour': status(429, wire.errorBody('Slow down'), { 'retry-after': '3600' }),
  '429 insufficient_quota': status(
    429,
    wire.errorBody('You exceeded your current quota', {
      type: 'insufficient_quota',
      code: 'insufficient_quota',
    }),
  ),
  '500': status(500, wire.errorBody('The server had an error')),
  '500 not to be retried': status(500, wire.errorBody('No'), { 'x-should-retry': 'false' }),
  '400 to be retried': status(400, wire.errorBody('Again'), { 'x-should-retry': 'true' }),
  '502 with a web page': status(502, '<html><h1>Bad gateway</h1></html>', { 'content-type': 'text/html' }),
  '503': status(503, wire.errorBody('Overloaded')),
  '529': status(529, wire.errorBody('Overloaded')),
  '500 with a body that breaks off': async ({ write, wait, socket }) => {
    write(wire.head(500, { 'content-type': 'application/json', 'content-length': '1000' }))
    write('{"error":')
    await wait(10)
    socket.resetAndDestroy()
  },

  // Silence.
  'no answer at all': () => {},
  'a head without a body': ({ write }) => write(wire.STREAM_HEAD),
  'a head that comes slowly': async ({ write, wait }) => {
    for (const character of wire.STREAM_HEAD) {
      write(character)
      await wait(50)
    }
  },
  'a stream that falls silent': begun(() => {}),
  'a stream that never ends': async (exchange) => {
    exchange.write(wire.STREAM_HEAD)
    for (let i = 0; i < 200; i++) {
      exchange.write(wire.piece(wire.event(wire.chunk(exchange, 'x'))))
      await exchange.wait(20)
    }
  },

  // Broken connections.
  'a reset instead of an answer': ({ socket }) => void socket.resetAndDestroy(),
  'a close instead of an answer': ({ socket }) => void socket.destroy(),
  'a reset within the stream': begun(({ socket }) => void socket.resetAndDestroy()),
  'a close within the stream': begun(({ socket }) => void socket.end()),
  'a close within an event': begun(async ({ write, wait, socket }) => {
    write(wire.piece('data: {"id":"cmpl-1","choices":[{"index":0,"del'))
    await wait(10)
    socket.end()
  }),
  'a chunk that is none': begun(({ write }) => write('zzz\r\n')),
  'another protocol': ({ write }) =>
    write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
  'less than the length promised': async ({ write, wait, socket }) => {
    write(wire.head(200, { 'content-type': 'application/json', 'content-length': '5000' }))
    write('{"id":')
    await wait(10)
    socket.end()
  },
  'something that is not HTTP': ({ write }) => write('220 mail.example ESMTP ready\r\n'),

  // Wrong bodies with a status that says all is well.
  'a web page': status(200, '<!doctype html><title>Sign in</title>', { 'content-type': 'text/html' }),
  'a web page that says it is JSON': status(200, '<html></html>'),
  'an empty body': status(200, ''),
  'no content': ({ write }) => write('HTTP/1.1 204 No Content\r\n\r\n'),
  'half an object': status(200, '{"id":"cmpl-1","choices":[{"ind'),
  'a list': status(200, '[1, 2]'),
  'no choices': json((exchange) => wire.completion(exchange, { choices: [] })),
  'choices that are none': json((exchange) => wire.completion(exchange, { choices: 'none' })),
  'null instead of text': json((exchange) =>
    wire.completion(exchange, {
      choices: [
        { index: 0, text: null, message: { role: 'assistant', content: null }, finish_reason: 'stop' },
      ],
    }),
  ),
  'no finish reason': json((exchange) =>
    wire.completion(exchange, { choices: [{ index: 0, text: 'Hello', message: { content: 'Hello' } }] }),
  ),
  'an error with status 200': status(200, wire.errorBody('The engine is on fire')),
  'a rate limit with status 200': status(200, wire.errorBody('Slow down', { code: 429 })),
  'an error within the stream': begun(({ write }) => {
    write(wire.piece(wire.event({ error: { message: 'The engine is on fire', type: 'server_error' } })))
    write(wire.LAST_PIECE)
  }),
  'garbage within the stream': begun(({ write }) => {
    write(wire.piece('data: {oops\n\n'))
    write(wire.LAST_PIECE)
  }),
  'a stream without a finish reason': stream(
    (exchange) => wire.event(wire.chunk(exchange, 'Hello')) + wire.DONE,
  ),
  'a stream of nothing but [DONE]': stream(() => wire.DONE),
  'an engine that gave up': stream(
    (exchange) => wire.event(wire.chunk(exchange, 'Hel', 'abort')) + wire.DONE,
  ),
  'a call of a tool': stream((exchange) => wire.event(wire.chunk(exchange, null, 'tool_calls')) + wire.DONE),
  'deep nesting': status(200, `{"choices":${'['.repeat(100_000)}${']'.repeat(100_000)}}`),
  'gzip that is none': stream(() => 'not gzip at all', { 'content-encoding': 'gzip' }),
  'an encoding nobody knows': stream(() => 'xxxx', { 'content-encoding': 'zstd-ish' }),

  // Too much.
  '400 MB': async ({ write, wait, socket }) => {
    write(wire.head(200, { 'content-type': 'application/json', 'content-length': String(400 * 2 ** 20) }))
    write('{"id":"')
    for (let i = 0; i < 400 && !socket.destroyed; i++) {
      write(MEBIBYTE)
      while (socket.writableLength > 4 * 2 ** 20 && !socket.destroyed) await wait(5)
    }
  },
  'a gzip bomb': stream(() => zlib.gzipSync(Buffer.alloc(200 * 2 ** 20, ' ')), {
    'content-encoding': 'gzip',
  }),
  'a head of a megabyte': ({ write }) => write(wire.head(200, { 'x-long': 'x'.repeat(2 ** 20) })),

  // Redirects.
  'a redirect': ({ write, request }) =>
    write(wire.http({ status: 307, headers: { location: request.path }, body: '' })),
  'a redirect to another host': ({ write }) =>
    write(
      wire.http({
        status: 302,
        headers: { location: 'https://other.example/v1/chat/completions' },
        body: '',
      }),
    ),

  // A server that says back what it was told.
  'an echo of the key': ({ write, request }) =>
    write(
      wire.http({ status: 401, body: wire.errorBody(`Bad key: ${request.headers['authorization'] ?? ''}`) }),
    ),
  'an echo of the key in garbage': ({ write, request }) =>
    write(wire.http({ body: `{"oops": ${'x'.repeat(50)} ${request.headers['authorization'] ?? ''}` })),
} as const satisfies Record<string, Behaviour>

export type Fault = keyof typeof faults
