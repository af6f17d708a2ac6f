import type { Pause } from './pause.ts'
import { TokenWindow } from './token-window.ts'

const MINUTE_MS = 60_000

export interface LaneLimits {
  readonly maxConcurrency?: number | undefined
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
}

/** What a call holds while it runs. */
export interface Slot {
  /** Replaces the estimate by what the call has used. */
  settle(actualTokens: number): void
  /** Gives the slot back. A second time does nothing. */
  end(): void
}

/**
 * The limits of one LLM. Knows how many of its calls run, when the latest ones started and how many tokens they took; does
 * not know the calls, and has no clock of its own: every time is handed in and never decreases. Its memory is bounded by
 * `requestsPerMinute`, whatever the number of calls.
 */
export class Lane {
  readonly #limits: LaneLimits
  readonly #pause: Pause
  readonly #tokens = new TokenWindow(MINUTE_MS)
  /** The latest starts, as many as a minute may have, as a ring. */
  readonly #starts: number[] = []
  #oldest = 0
  #running = 0

  constructor(limits: LaneLimits, pause: Pause) {
    this.#limits = limits
    this.#pause = pause
  }

  /** Whether one more call may run, as far as their number goes. */
  get free(): boolean {
    return this.#running < (this.#limits.maxConcurrency ?? Infinity)
  }

  /**
   * Milliseconds until a call may start as far as time goes (a pause, requests and tokens in a minute); 0 when it may start
   * now. May grow when others start. Always finite: a call that is larger than a minute's tokens starts when nothing else is in the minute.
   */
  startDelay(now: number, estimatedTokens: number): number {
    const { requestsPerMinute, tokensPerMinute } = this.#limits
    const pause = this.#pause.delay(now)
    const oldest = this.#starts[this.#oldest]
    const isFull = requestsPerMinute !== undefined && this.#starts.length >= requestsPerMinute
    const requests = isFull && oldest !== undefined ? oldest + MINUTE_MS - now : 0
    const tokens =
      tokensPerMinute === undefined ? 0 : this.#tokens.delay(now, estimatedTokens, tokensPerMinute)
    return Math.max(pause, requests, tokens)
  }

  /** A call starts. Ask `free` and `startDelay` first: a retry after a long wait may start in spite of them. */
  begin(now: number, estimatedTokens: number): Slot {
    this.#running += 1
    this.#noteStart(now)
    this.#pause.noteStart(now)
    const settle =
      this.#limits.tokensPerMinute === undefined ? () => {} : this.#tokens.add(now, estimatedTokens)
    let hasEnded = false
    return {
      settle,
      end: () => {
        if (hasEnded) return
        hasEnded = true
        this.#running -= 1
      },
    }
  }

  /**
   * Nothing starts before `time`, here and in the lanes that share the pause, and not everything at once then. Never
   * shortens a pause.
   */
  pauseUntil(time: number): void {
    this.#pause.extendTo(time)
  }

  #noteStart(now: number): void {
    const { requestsPerMinute } = this.#limits
    if (requestsPerMinute === undefined) return
    if (this.#starts.length < requestsPerMinute) {
      this.#starts.push(now)
      return
    }
    this.#starts[this.#oldest] = now
    this.#oldest = (this.#oldest + 1) % this.#starts.length
  }
}
