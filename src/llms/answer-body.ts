import type { IncomingMessage } from 'node:http'
import type { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import type { AttemptClock } from './attempt-clock.ts'
import { LlmError } from './llm.ts'

/** How long a server may take to close an answer that is already whole, before its connection is given up. */
const DRAIN_MS = 1000

/**
 * The bytes of an answer, decoded, as they come. Buffers what arrives before it is asked for, which the cap bounds; one
 * reader. Reading ends with an error when the answer passes the cap, breaks off, or the attempt is stopped.
 */
export class AnswerBody implements AsyncIterableIterator<Uint8Array> {
  readonly #message: IncomingMessage
  readonly #source: Readable
  readonly #queue: Uint8Array[] = []
  #end: { readonly error?: unknown } | undefined
  #waiting: { resolve(result: IteratorResult<Uint8Array>): void; reject(error: unknown): void } | undefined

  constructor(
    message: IncomingMessage,
    options: { readonly clock: AttemptClock; readonly maxBytes: number },
  ) {
    this.#message = message
    const source = decoded(message)
    this.#source = source
    let bytes = 0
    source.on('data', (chunk: Buffer) => {
      if (this.#end !== undefined) return
      options.clock.touch()
      bytes += chunk.length
      if (bytes > options.maxBytes) {
        const text = `the answer is larger than ${options.maxBytes / 2 ** 20} MiB`
        this.stop(new LlmError('response-too-large', text, { retryable: false }))
        return
      }
      if (this.#waiting === undefined) this.#queue.push(chunk)
      else this.#settle({ value: chunk, done: false })
    })
    source.on('end', () => this.#finish({}))
    source.on('error', (error) => this.#finish({ error: brokenOff(error) }))
    message.on('error', (error) => this.#finish({ error: brokenOff(error) }))
    message.on('close', () => {
      if (!message.complete) this.#finish({ error: brokenOff(undefined) })
    })
  }

  /** Ends reading with an error and closes the connection. */
  stop(error: unknown): void {
    this.#queue.length = 0
    this.#finish({ error })
    this.#message.destroy()
    this.#source.destroy()
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const value = this.#queue.shift()
    if (value !== undefined) return Promise.resolve({ value, done: false })
    if (this.#end !== undefined) {
      return 'error' in this.#end
        ? Promise.reject(this.#end.error)
        : Promise.resolve({ value: undefined, done: true })
    }
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }

  /** Nothing more is wanted: the rest, if it comes soon, is dropped and the connection kept for the next call. */
  return(): Promise<IteratorResult<Uint8Array>> {
    if (this.#end === undefined) {
      this.#end = {}
      const timer = setTimeout(() => this.#message.destroy(), DRAIN_MS)
      timer.unref()
      this.#message.once('close', () => clearTimeout(timer))
      this.#message.resume()
    }
    this.#queue.length = 0
    return Promise.resolve({ value: undefined, done: true })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #settle(result: IteratorResult<Uint8Array>): void {
    const waiting = this.#waiting
    this.#waiting = undefined
    waiting?.resolve(result)
  }

  #finish(end: { readonly error?: unknown }): void {
    if (this.#end !== undefined) return
    this.#end = end
    const waiting = this.#waiting
    this.#waiting = undefined
    if ('error' in end) waiting?.reject(end.error)
    else waiting?.resolve({ value: undefined, done: true })
  }
}

/** The body without its content encoding; we ask for none, but some servers compress all the same. */
function decoded(message: IncomingMessage): Readable {
  const encoding = message.headers['content-encoding']?.trim().toLowerCase() ?? 'identity'
  if (encoding === 'identity' || encoding === '') return message
  const decoder = decoderFor(encoding)
  if (decoder === undefined) {
    throw new LlmError(
      'bad-response',
      `the answer is encoded as "${encoding.slice(0, 40)}", which was not asked for`,
      {
        retryable: false,
      },
    )
  }
  message.once('close', () => {
    // A body that broke off leaves the decoder waiting for the rest of it.
    if (!message.complete) decoder.destroy()
  })
  return message.pipe(decoder)
}

function decoderFor(encoding: string): zlib.Gunzip | zlib.Inflate | zlib.BrotliDecompress | undefined {
  switch (encoding) {
    case 'gzip':
    case 'x-gzip':
      return zlib.createGunzip()
    case 'deflate':
      return zlib.createInflate()
    case 'br':
      return zlib.createBrotliDecompress()
    default:
      return undefined
  }
}

function brokenOff(cause: unknown): LlmError {
  const isEncoding =
    cause instanceof Error && 'code' in cause && /^(Z_|ERR__ERROR|ERR_)/.test(String(cause.code))
  return isEncoding
    ? new LlmError('bad-response', 'the answer is not compressed in the way it says', {
        retryable: true,
        cause,
      })
    : new LlmError('connection-failed', 'the connection broke before the answer was whole', {
        retryable: true,
        cause,
      })
}
