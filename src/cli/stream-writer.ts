import type { Palette } from '../source/palette.ts'
import type { Writer } from './io.ts'

export interface WriterOptions {
  readonly palette: Palette
  /** What every text goes through on its way out. */
  readonly filter: (text: string) => string
}

/** How much is gathered before it is written. */
const CHUNK_LENGTH = 64 * 1024

/** A process stream. Knows whether its reader is still there and whether it could take everything. */
export class StreamWriter implements Writer {
  readonly palette: Palette
  readonly #stream: NodeJS.WriteStream
  readonly #filter: (text: string) => string
  #failure: NodeJS.ErrnoException | undefined
  #isFailureTaken = false

  constructor(stream: NodeJS.WriteStream, { palette, filter }: WriterOptions) {
    this.palette = palette
    this.#stream = stream
    this.#filter = filter
    stream.on('error', (error) => {
      this.#failure ??= error
    })
  }

  get isTerminal(): boolean {
    return this.#stream.isTTY
  }

  get columns(): number {
    return this.#stream.isTTY && this.#stream.columns > 0 ? this.#stream.columns : 80
  }

  /** Why something could not be written; undefined when all could be, or when the reader did not want more. */
  get failure(): NodeJS.ErrnoException | undefined {
    return this.#failure?.code === 'EPIPE' ? undefined : this.#failure
  }

  takeFailure(): Error | undefined {
    if (this.#isFailureTaken) return undefined
    this.#isFailureTaken = this.failure !== undefined
    return this.failure
  }

  write(text: string): void {
    if (this.#failure === undefined) this.#stream.write(this.#filter(text))
  }

  async writeAll(pieces: Iterable<string>): Promise<void> {
    let chunk = ''
    for (const piece of pieces) {
      chunk += piece
      if (chunk.length < CHUNK_LENGTH) continue
      await this.#taken(chunk)
      chunk = ''
      if (this.#failure !== undefined) break
    }
    await this.#taken(chunk)
  }

  /** Resolves when everything written so far has left the process, or cannot. */
  async end(): Promise<void> {
    await this.#taken('')
  }

  async #taken(chunk: string): Promise<void> {
    if (this.#failure !== undefined) return
    await new Promise<void>((resolve) => {
      // The callback may hear of a failure before the listener above.
      this.#stream.write(this.#filter(chunk), (error) => {
        this.#failure ??= error ?? undefined
        resolve()
      })
    })
  }
}
