import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Worker } from 'node:worker_threads'
import type { ModuleFunction } from '../../flow/flow.ts'
import type { World } from '../../llms/world.ts'
import type { Json } from '../../source/json.ts'
import { frozen } from './frozen.ts'
import type { FunctionAnswer, Reply, Request, ThreadData } from './protocol.ts'
import { threadFile } from './thread-file.ts'

export interface FunctionsOptions {
  /** What functions see as `process.env`. */
  readonly env: World['env']
  /** The folder that places in user code are shown relative to; absolute, with symbolic links resolved. */
  readonly root: string
  /** Gets what functions write to stdout and stderr. Default: it goes to the streams of this process. */
  readonly onOutput?: (text: string) => void
  /** Told of errors that belong to no call. Default: nothing happens. */
  readonly onStray?: (message: string) => void
}

/** How long the thread may take to hear that a call is to stop; one that computes hears nothing. */
const GRACE_MS = 500

interface Waiting {
  readonly request: Request
  readonly resolve: (answer: FunctionAnswer) => void
  /** It may have had effects. */
  hasBegun: boolean
}

type Question = Request extends infer Each ? (Each extends Request ? Omit<Each, 'call'> : never) : never

/**
 * The functions of a run, in a thread of their own, so that nothing they do can hang or end the run. They share it, and what
 * their modules keep, until it is closed. Knows which calls are under way; not what functions are for.
 */
export class Functions {
  readonly #options: FunctionsOptions
  readonly #waiting = new Map<number, Waiting>()
  /** Calls that were told to stop and have not said that they heard it. */
  readonly #stopping = new Set<number>()
  readonly #fingerprints = new Map<string, string>()
  #worker: Worker | undefined
  #calls = 0
  #isClosed = false

  constructor(options: FunctionsOptions) {
    this.#options = options
  }

  /** Imports a function's module; not ok when that throws or there is no such function. Rejects with the signal's reason. */
  async load({ path, export: name }: ModuleFunction, signal?: AbortSignal): Promise<FunctionAnswer> {
    return this.#ask({ kind: 'load', path, export: name }, signal)
  }

  /**
   * Calls a function with a frozen copy of the argument and a signal of its own. What it gives is frozen JSON of at most
   * 8 MiB; whatever it does wrong is an answer that is not ok. Rejects with the signal's reason, at once.
   */
  async call(
    { path, export: name }: ModuleFunction,
    argument: Json,
    signal: AbortSignal,
  ): Promise<FunctionAnswer> {
    return this.#ask({ kind: 'call', path, export: name, argument }, signal)
  }

  /** Calls a function with something that happened; what it gives does not matter. Otherwise like `call`. */
  async tell(
    { path, export: name }: ModuleFunction,
    argument: object,
    signal: AbortSignal,
  ): Promise<FunctionAnswer> {
    return this.#ask({ kind: 'tell', path, export: name, argument }, signal)
  }

  /** What the module's file holds, as a hash; null when it cannot be read. What it imports is not part of it. */
  fingerprint({ path }: ModuleFunction): string | null {
    const known = this.#fingerprints.get(path)
    if (known !== undefined) return known
    try {
      const made = createHash('sha256').update(readFileSync(path)).digest('hex')
      this.#fingerprints.set(path, made)
      return made
    } catch {
      return null
    }
  }

  /** Ends the thread, and with it whatever still runs in it. */
  async close(): Promise<void> {
    this.#isClosed = true
    const worker = this.#worker
    if (worker === undefined) return
    // What was written before is read first.
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, GRACE_MS)
      const end = (): void => {
        clearTimeout(timer)
        setImmediate(resolve)
      }
      worker.once('exit', end)
      worker.on('message', (reply: Reply) => {
        if (reply.kind === 'stopped' && reply.call === 0) end()
      })
      tell(worker, { kind: 'stop', call: 0 })
    })
    await worker.terminate()
  }

  #ask(question: Question, signal: AbortSignal | undefined): Promise<FunctionAnswer> {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const worker = (this.#worker ??= this.#start())
      const call = ++this.#calls
      const stop = (): void => {
        this.#forget(call)
        this.#stop(call)
        // Whoever aborts says why; the reason is handed on as it is.
        // eslint-disable-next-line prefer-promise-reject-errors
        reject(signal?.reason)
      }
      signal?.addEventListener('abort', stop, { once: true })
      const request: Request = { ...question, call }
      this.#waiting.set(call, {
        request,
        resolve: (answer) => {
          signal?.removeEventListener('abort', stop)
          resolve(answer.ok ? { ok: true, value: frozen(answer.value) } : answer)
        },
        hasBegun: false,
      })
      worker.ref()
      tell(worker, request)
    })
  }

  #stop(call: number): void {
    const worker = this.#worker
    if (worker === undefined) return
    this.#stopping.add(call)
    tell(worker, { kind: 'stop', call })
    const timer = setTimeout(() => {
      if (this.#stopping.has(call)) this.#lose(worker, 'another function did not stop when it had to')
    }, GRACE_MS)
    timer.unref()
  }

  #start(): Worker {
    const { env, root, onOutput, onStray } = this.#options
    const workerData: ThreadData = { root }
    const captured = onOutput !== undefined
    const worker = new Worker(threadFile, { env: { ...env }, workerData, stdout: captured, stderr: captured })
    if (onOutput !== undefined) {
      for (const stream of [worker.stdout, worker.stderr]) stream.setEncoding('utf8').on('data', onOutput)
    }
    worker.on('message', (reply: Reply) => {
      switch (reply.kind) {
        case 'begun': {
          const waiting = this.#waiting.get(reply.call)
          if (waiting !== undefined) waiting.hasBegun = true
          break
        }
        case 'answer':
          this.#answer(reply.call, reply.answer)
          break
        case 'stopped':
          this.#stopping.delete(reply.call)
          break
        case 'stray':
          onStray?.(reply.message)
      }
    })
    worker.on('error', (error) => this.#lose(worker, error instanceof Error ? error.message : String(error)))
    worker.on('exit', () => this.#lose(worker, 'its thread has ended'))
    return worker
  }

  /** A thread can do nothing more. What has not begun gets a new one, like the next call. */
  #lose(worker: Worker, why: string): void {
    if (this.#worker !== worker) return
    this.#worker = undefined
    this.#stopping.clear()
    void worker.terminate()
    const error = { code: 'function-lost', message: `it was broken off: ${why}` }
    const waiting = [...this.#waiting]
    for (const [call, { hasBegun }] of waiting)
      if (hasBegun || this.#isClosed) this.#answer(call, { ok: false, error })
    if (this.#waiting.size === 0) return
    const next = (this.#worker = this.#start())
    for (const again of this.#waiting.values()) {
      // A thread that cannot even start is not started for ever.
      again.hasBegun = true
      tell(next, again.request)
    }
  }

  #answer(call: number, answer: FunctionAnswer): void {
    const waiting = this.#waiting.get(call)
    this.#forget(call)
    waiting?.resolve(answer)
  }

  #forget(call: number): void {
    this.#waiting.delete(call)
    // A thread without work keeps no process.
    if (this.#waiting.size === 0) this.#worker?.unref()
  }
}

function tell(worker: Worker, request: Request): void {
  worker.postMessage(request, [])
}
