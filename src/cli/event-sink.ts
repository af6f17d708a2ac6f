import { closeSync, constants, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { isFull } from './pipe.ts'

/** What a slow reader may leave waiting. */
const MOST_WAITING_BYTES = 64 * 1024 * 1024
/** How long the end waits for the reader. */
const LAST_WAIT_MS = 1000
const PAUSE_MS = 20

/**
 * A file or a pipe to which events go as they happen. Never waits for a reader: one that does not read would hold up the
 * run, and keep the process from noticing a signal.
 */
export class EventSink {
  readonly #file: number
  #waiting: Uint8Array[] = []
  #waitingBytes = 0
  #timer: NodeJS.Timeout | undefined
  #failure: unknown

  /** Throws the system's error when the path cannot be opened; `ENXIO` for a pipe that nobody reads. */
  constructor(path: string) {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NONBLOCK } = constants
    this.#file = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK, 0o666)
  }

  /** Empties a file; a pipe has nothing that could be taken back. */
  empty(): void {
    if (fstatSync(this.#file).isFile()) ftruncateSync(this.#file)
  }

  /** Throws when this or what was written before cannot be taken. */
  write(text: string): void {
    const bytes = Buffer.from(text)
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
    this.#flush()
    if (this.#failure !== undefined) throw this.#failure
    if (this.#waitingBytes > MOST_WAITING_BYTES) throw new Error('nobody reads from it')
  }

  /** Throws when the reader has not taken all within a second. */
  finish(): void {
    for (let waited = 0; this.#waitingBytes > 0 && waited < LAST_WAIT_MS; waited += PAUSE_MS) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS)
      this.#flush()
    }
    if (this.#failure !== undefined) throw this.#failure
    if (this.#waitingBytes > 0) throw new Error('its reader does not take the last events')
  }

  close(): void {
    clearTimeout(this.#timer)
    closeSync(this.#file)
  }

  #flush(): void {
    clearTimeout(this.#timer)
    try {
      for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
        const taken = writeSync(this.#file, first)
        this.#waitingBytes -= taken
        if (taken === first.length) this.#waiting.shift()
        else this.#waiting[0] = first.subarray(taken)
      }
    } catch (error) {
      if (isFull(error)) this.#timer = setTimeout(() => this.#flush(), PAUSE_MS)
      else {
        this.#failure ??= error
        this.#waiting = []
        this.#waitingBytes = 0
      }
    }
  }
}
