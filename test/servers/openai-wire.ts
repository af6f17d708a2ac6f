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

/** One chunk of a streamed answer, as the API in question writes it. */
export function chunk(exchange: Exchange, text: string | null, finishReason: string | null = null): unknown {
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
