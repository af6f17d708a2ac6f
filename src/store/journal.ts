import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'
import type { FileSystem } from './file-system.ts'
import { encodeLine } from './journal-line.ts'
import { type StoreError, storeError } from './store-error.ts'
import { writeAll } from './whole-file.ts'

/** The record of a run, to be added to. */
export interface Journal {
  /**
   * Adds a record, which outlives this process as soon as the call returns. The promise resolves at once, or with `durable`
   * when the record and all before it are on the disk; records that come together get there together. It rejects with a
   * `StoreError` when the record cannot be kept. From then on nothing more is written and every call rejects with the
   * same error. A promise that nobody waits for is no unhandled rejection.
   */
  append(record: Json | object, options?: { readonly durable?: boolean }): Promise<void>
  /** Why nothing more is kept; undefined as long as all is well. */
  readonly failure: StoreError | undefined
  /** Whether it says nothing but which run it is of. */
  readonly isEmpty: boolean
  /** Brings everything to the disk and closes the file. Rejects where that fails. Nothing can be added after it. */
  close(): Promise<void>
}

interface OpenedJournal {
  readonly fs: FileSystem
  readonly path: string
  /** Opened for appending. The journal closes it. */
  readonly file: number
  readonly runId: string
  /** Takes secrets out of the JSON text of a record. */
  readonly redact: (text: string) => string
  /** What there is already, all of it whole and on the disk. */
  readonly bytes: number
  readonly lines: number
  /** Resolves when the file's name is on the disk. */
  readonly named: Promise<void>
}

interface Waiter {
  readonly line: number
  readonly resolve: () => void
  readonly reject: (error: StoreError) => void
}

/** Continues a journal that is open. */
export function writeJournal(opened: OpenedJournal): Journal {
  return new JournalFile(opened)
}

/** Knows what was written and what is on the disk, and nothing of what the records mean. */
class JournalFile implements Journal {
  readonly #opened: OpenedJournal
  #bytes: number
  #lines: number
  /** The last line that is known to be on the disk. */
  #synced: number
  #waiters: Waiter[] = []
  /** Runs as long as somebody waits for the disk. */
  #commit: Promise<void> | undefined
  #failure: StoreError | undefined
  #isClosed = false

  constructor(opened: OpenedJournal) {
    this.#opened = opened
    this.#bytes = opened.bytes
    this.#lines = opened.lines
    this.#synced = opened.lines
    // Whoever waits for a record hears of it.
    opened.named.catch(() => {})
  }

  get failure(): StoreError | undefined {
    return this.#failure
  }

  get isEmpty(): boolean {
    return this.#lines <= 1
  }

  append(record: Json | object, { durable = false }: { readonly durable?: boolean } = {}): Promise<void> {
    const failure = this.#failure ?? this.#write(record)
    if (failure !== undefined) return heard(Promise.reject(failure))
    return durable ? heard(this.#onDisk()) : Promise.resolve()
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    try {
      if (this.#failure === undefined && this.#synced < this.#lines) await this.#onDisk()
      await this.#commit
    } finally {
      this.#closeFile()
    }
  }

  #closeFile(): void {
    const { fs, file, path } = this.#opened
    try {
      fs.close(file)
    } catch (error) {
      throw this.#fail(storeError(error, path, 'closed'))
    }
  }

  /** In one call, so that records of a process that dies are there or not. */
  #write(record: Json | object): StoreError | undefined {
    const { fs, file, runId, path, redact } = this.#opened
    if (this.#isClosed) throw new Error('the journal is closed')
    const text = redact(jsonText(record, { compact: true }))
    const line = encodeLine(runId, { n: this.#lines + 1, synced: this.#synced, record: text })
    try {
      writeAll(fs, file, line)
    } catch (error) {
      this.#cutBack()
      return this.#fail(storeError(error, path, 'written'))
    }
    this.#bytes += line.length
    this.#lines++
    return undefined
  }

  /** Takes away the half of a record for which there was no room. */
  #cutBack(): void {
    try {
      this.#opened.fs.cut(this.#opened.file, this.#bytes)
    } catch {
      // Nothing follows it, so that a reader takes it for what it is.
    }
  }

  #onDisk(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ line: this.#lines, resolve, reject })
      this.#commit ??= this.#commitAll()
    })
  }

  async #commitAll(): Promise<void> {
    // Outcomes of the same instant share the first turn, and those that come while the disk is at work the next one.
    await Promise.resolve()
    const { fs, file, path, named } = this.#opened
    try {
      while (this.#waiters.length > 0) {
        const lines = this.#lines
        await Promise.all([fs.syncData(file), named])
        this.#synced = lines
        const waiters = this.#waiters
        this.#waiters = waiters.filter(({ line }) => line > lines)
        for (const { line, resolve } of waiters) if (line <= lines) resolve()
      }
    } catch (error) {
      // What the disk has refused once may be lost without a word the second time, so it is not asked again.
      this.#fail(storeError(error, path, 'brought to the disk'))
    }
    this.#commit = undefined
  }

  #fail(error: StoreError): StoreError {
    const failure = (this.#failure ??= error)
    for (const { reject } of this.#waiters.splice(0)) reject(failure)
    return failure
  }
}

function heard(promise: Promise<void>): Promise<void> {
  promise.catch(() => {})
  return promise
}
