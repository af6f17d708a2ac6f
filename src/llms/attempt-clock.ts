import { setMaxListeners } from 'node:events'
import { LlmError } from './llm.ts'
import type { TimeLimits } from './time-limits.ts'

/** A timer over this fires at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

type Phase = 'connection' | 'first-byte' | 'idle'

/**
 * Watches one attempt: its time limits and the caller's signal. Knows only how to stop the attempt, by the function that
 * was handed over last; the first reason wins. Must be ended, or it keeps a timer and a listener.
 */
export class AttemptClock {
  readonly #controller = new AbortController()
  readonly #limits: TimeLimits
  readonly #caller: AbortSignal
  readonly #whole: NodeJS.Timeout
  #phase: Phase = 'connection'
  #timer: NodeJS.Timeout
  #reason: { readonly value: unknown } | undefined
  #stop: ((reason: unknown) => void) | undefined

  constructor(limits: TimeLimits, caller: AbortSignal) {
    this.#limits = limits
    this.#caller = caller
    this.#whole = setTimeout(() => this.#fire(wholeMessage(limits)), clamp(limits.attemptMs))
    this.#timer = setTimeout(() => this.#fire(phaseMessage(this.#phase, limits)), clamp(limits.connectMs))
    // As many calls as run may wait for one signal; Node takes eleven for a leak.
    setMaxListeners(0, caller)
    caller.addEventListener('abort', this.#onAbort, { once: true })
    if (caller.aborted) this.#onAbort()
  }

  /** Aborted when the attempt is stopped; also stands for the attempt where only a signal can be passed. */
  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Throws the reason when the attempt has been stopped. */
  check(): void {
    if (this.#reason !== undefined) throw this.#reason.value
  }

  /** What to do when the attempt is stopped from now on; done at once when it has been stopped already. */
  onStop(stop: (reason: unknown) => void): void {
    this.#stop = stop
    if (this.#reason !== undefined) stop(this.#reason.value)
  }

  /** The next part of the attempt begins, with a limit of its own. */
  enter(phase: Exclude<Phase, 'connection'>): void {
    if (this.#phase === phase || this.#reason !== undefined) return
    this.#phase = phase
    clearTimeout(this.#timer)
    const limitMs = phase === 'idle' ? this.#limits.idleMs : this.#limits.firstByteMs
    this.#timer = setTimeout(() => this.#fire(phaseMessage(phase, this.#limits)), clamp(limitMs))
  }

  /** A piece of the answer has arrived. */
  touch(): void {
    if (this.#phase === 'idle') this.#timer.refresh()
    else this.enter('idle')
  }

  end(): void {
    clearTimeout(this.#whole)
    clearTimeout(this.#timer)
    this.#caller.removeEventListener('abort', this.#onAbort)
    this.#stop = undefined
  }

  readonly #onAbort = (): void => this.#halt(this.#caller.reason)

  #fire(message: string): void {
    this.#halt(new LlmError('timeout', message, { retryable: true }))
  }

  #halt(reason: unknown): void {
    if (this.#reason !== undefined) return
    this.#reason = { value: reason }
    this.#controller.abort(reason)
    clearTimeout(this.#whole)
    clearTimeout(this.#timer)
    this.#stop?.(reason)
  }
}

function clamp(ms: number): number {
  return Math.min(ms, LONGEST_TIMER_MS)
}

function wholeMessage(limits: TimeLimits): string {
  return `the attempt took longer than its timeout of ${duration(limits.attemptMs)}`
}

function phaseMessage(phase: Phase, limits: TimeLimits): string {
  if (phase === 'connection') return `no connection within ${duration(limits.connectMs)}`
  return phase === 'first-byte'
    ? `the server was silent for ${duration(limits.firstByteMs)} after the request`
    : `the answer stalled: nothing came for ${duration(limits.idleMs)}`
}

function duration(ms: number): string {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`
}
