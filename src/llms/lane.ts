import type { Account } from './account.ts'
import { RateLimitLeft } from './rate-limits-left.ts'
import type { RateLimits } from './rate-limits.ts'
import { LONGEST_WAIT_MS } from './retry.ts'
import type { LlmError } from './llm.ts'
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
  /** The server has told what is left of its limits. */
  learn(now: number, limits: RateLimits): void
  /** The server has answered. */
  succeed(): void
  /**
   * It has not. Where it has too much to do, nobody behind the same key bothers it for `waitMs`, or for as long as it asks;
   * a wait of more than a minute is left to whoever reads the error.
   */
  fail(now: number, error: Refusal, waitMs: number | undefined): void
  /** Gives the slot back. A second time does nothing. */
  end(): void
}

type Refusal = Pick<LlmError, 'code' | 'httpStatus' | 'retryAfterMs'>

/** What is left of a model's limits; several lanes may call one model with one key. */
export class LearntLimits {
  readonly requests = new RateLimitLeft()
  readonly tokens = new RateLimitLeft()
}

/**
 * The limits of one LLM: those that the flow sets, and where it sets none those that its server tells of. Knows how many of its calls run, when the latest ones started and how many tokens they took; does
 * not know the calls, and has no clock of its own: every time is handed in and never decreases. Its memory is bounded by
 * `requestsPerMinute`, whatever the number of calls.
 */
export class Lane {
  readonly #limits: LaneLimits
  readonly #account: Account
  readonly #learnt: LearntLimits
  readonly #tokens = new TokenWindow(MINUTE_MS)
  /** The latest starts, as many as a minute may have, as a ring. */
  readonly #starts: number[] = []
  #oldest = 0
  #running = 0

  constructor(limits: LaneLimits, account: Account, learnt = new LearntLimits()) {
    this.#limits = limits
    this.#account = account
    this.#learnt = learnt
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
    const account = this.#account.delay(now)
    return Math.max(account, this.#requestsDelay(now), this.#tokensDelay(now, estimatedTokens))
  }

  /** A call starts. Ask `free` and `startDelay` first: a retry after a long wait may start in spite of them. */
  begin(now: number, estimatedTokens: number): Slot {
    this.#running += 1
    this.#noteStart(now)
    this.#account.noteStart(now)
    this.#learnt.requests.noteStart(now, 1)
    this.#learnt.tokens.noteStart(now, estimatedTokens)
    const settle =
      this.#limits.tokensPerMinute === undefined ? () => {} : this.#tokens.add(now, estimatedTokens)
    let isInFlight = true
    const land = (): void => {
      if (isInFlight) this.#account.noteEnd()
      isInFlight = false
    }
    let hasEnded = false
    return {
      settle,
      learn: (at, { requests, tokens }) => {
        if (requests !== undefined) this.#learnt.requests.learn(at, requests)
        if (tokens !== undefined) this.#learnt.tokens.learn(at, tokens)
      },
      succeed: () => {
        this.#account.noteSuccess(now)
        land()
      },
      fail: (at, error, waitMs) => {
        const askedMs = error.retryAfterMs ?? waitMs ?? 0
        const pauseMs = error.code === 'rate-limited' && askedMs <= LONGEST_WAIT_MS ? askedMs : 0
        if (isOverload(error)) this.#account.noteOverload(at, { startedAt: now, pauseMs })
        land()
      },
      end: () => {
        if (hasEnded) return
        hasEnded = true
        land()
        this.#running -= 1
      },
    }
  }

  /** Whether the run may try a call again after this error; counts it. */
  takeRetry({ code }: Pick<LlmError, 'code'>): boolean {
    return this.#account.retries.take(code === 'timeout')
  }

  #requestsDelay(now: number): number {
    const { requestsPerMinute } = this.#limits
    if (requestsPerMinute === undefined) return this.#learnt.requests.delay(now, 1)
    const share = this.#shareOf(requestsPerMinute)
    const { length } = this.#starts
    if (length < share) return 0
    // The latest start but so many that with one more the minute would have too many.
    const start = this.#starts[(this.#oldest - share + length) % length] ?? -Infinity
    return start + MINUTE_MS - now
  }

  #tokensDelay(now: number, estimatedTokens: number): number {
    const { tokensPerMinute } = this.#limits
    if (tokensPerMinute === undefined) return this.#learnt.tokens.delay(now, estimatedTokens)
    return this.#tokens.delay(now, estimatedTokens, this.#shareOf(tokensPerMinute))
  }

  /** What this process may use of a limit that is for all on this machine. */
  #shareOf(perMinute: number): number {
    return Math.max(1, Math.floor(perMinute / this.#account.sharers))
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

function isOverload({ code, httpStatus }: Refusal): boolean {
  return code === 'rate-limited' || httpStatus === 503 || httpStatus === 529
}
