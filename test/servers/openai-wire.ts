import type { Exchange } from './fault-server.ts'

/** The protocol of OpenAI's API as bytes. Like the fault server it takes nothing from the program that it is there to test. */

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** A whole HTTP answer of known length, after which the connection stays open. */
export function http({ status = 200, headers = {}, body }: Reply): Buffer {
  const bytes = Buffer.from(body)
  const all = { 'content-type': 'application/json', ...headers, 'content-length': String(bytes.length) }
  return Buffer.concat([Buffer.from(head(status, all)), bytes])
}

export function head(status: number, headers: Readonly<Record<string, string>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`
}

/** The head of a stream of unknown length. */
export const STREAM_HEAD = head(200, {
  'content-type': 'text/event-stream',
  'transfer-encoding': 'chunked',
  'x-request-id': 'req_fault',
})

/** One piece of a chunked body. */
export function piece(data: string | Uint8Array): Buffer {
  const bytes = Buffer.from(data)
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')])
}

/** The end of a chunked body. */
export const LAST_PIECE = '0\r\n\r\n'

export function event(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`
}

export const DONE = event('[DONE]')

/** Whether a request is for chat; otherwise it is for completions. */
export function isChat({ request }: Exchange): boolean {
  return request.path.includes('/chat/completions')
}

/** Whether a request is for the responses API. */
function isResponses({ request }: Exchange): boolean {
  return request.path.includes('/responses')
}

/** What an exchange has sent so far: the responses API says it all again at the end. */
const said = new WeakMap<Exchange, string>()

/** An event of the responses API: a piece of the text, or the whole answer at its end. */
function responsesEvent(
  exchange: Exchange,
  text: string,
  finishReason: string | null,
  usage: unknown = null,
): unknown {
  const whole = (said.get(exchange) ?? '') + text
  said.set(exchange, whole)
  if (finishReason === null) {
    return { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, delta: text }
  }
  if (finishReason === 'abort') {
    const error = { code: 'server_error', message: 'The server gave up' }
    return { type: 'response.failed', response: response({ status: 'failed', error, output: [] }) }
  }
  const reason = { length: 'max_output_tokens', content_filter: 'content_filter' }[finishReason]
  const status = reason === undefined ? 'completed' : 'incomplete'
  const call = { type: 'function_call', call_id: 'call_1', name: 'look', arguments: '{}' }
  return {
    type: `response.${status}`,
    response: response({
      status,
      incomplete_details: reason === undefined ? null : { reason },
      output: finishReason === 'tool_calls' ? [call] : [outputMessage(whole)],
      usage,
    }),
  }
}

/** A response object. */
export function response(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'served-model',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [outputMessage('Hello there')],
    usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 },
    ...fields,
  }
}

/** What the model says in a response object. */
export function outputMessage(text: string): Record<string, unknown> {
  const content = [{ type: 'output_text', text, annotations: [], logprobs: [] }]
  return { id: 'msg_1', type: 'message', role: 'assistant', status: 'completed', content }
}

/** One chunk of a streamed answer, as the API in question writes it. */
export function chunk(exchange: Exchange, text: string | null, finishReason: string | null = null): unknown {
  if (isResponses(exchange)) return responsesEvent(exchange, text ?? '', finishReason)
  const common = { id: 'cmpl-1', created: 1, model: 'served-model' }
  return isChat(exchange)
    ? {
        ...common,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta: text === null ? {} : { content: text }, finish_reason: finishReason }],
      }
    : {
        ...common,
        object: 'text_completion',
        choices: [{ index: 0, text: text ?? '', logprobs: null, finish_reason: finishReason }],
      }
}

export function usageChunk(exchange: Exchange): unknown {
  return {
    id: 'cmpl-1',
    object: isChat(exchange) ? 'chat.completion.chunk' : 'text_completion',
    created: 1,
    model: 'served-model',
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  }
}

/** All events of a good answer. */
export function answer(exchange: Exchange, texts: readonly string[] = ['Hello', ' there']): string {
  if (isResponses(exchange)) {
    const { usage } = response()
    return [
      event({
        type: 'response.created',
        response: response({ status: 'in_progress', output: [], usage: null }),
      }),
      ...texts.map((text) => event(chunk(exchange, text))),
      event(responsesEvent(exchange, '', 'stop', usage)),
      DONE,
    ].join('')
  }
  return [
    ...texts.map((text) => event(chunk(exchange, text))),
    event(chunk(exchange, null, 'stop')),
    event(usageChunk(exchange)),
    DONE,
  ].join('')
}

/** A good answer in one object. */
export function completion(
  exchange: Exchange,
  fields: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  if (isResponses(exchange)) return response(fields)
  return {
    id: 'cmpl-1',
    object: isChat(exchange) ? 'chat.completion' : 'text_completion',
    created: 1,
    model: 'served-model',
    choices: [
      isChat(exchange)
        ? { index: 0, message: { role: 'assistant', content: 'Hello there' }, finish_reason: 'stop' }
        : { index: 0, text: 'Hello there', finish_reason: 'stop' },
    ],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
    ...fields,
  }
}

export function errorBody(message: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    error: { message, type: 'invalid_request_error', param: null, code: null, ...fields },
  })
}
