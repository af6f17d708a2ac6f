import { LONGEST_WAIT_MS } from './retry.ts'
import type { RateLimit } from './rate-limits.ts'

/** For how long the windows of a limit are taken to last of which no answer has told since the last one ended. */
const UNTOLD_WINDOW_MS = 1000

/**
 * How much is left of a limit that a server tells of. Knows the latest that was told and what has started since; has no
 * clock of its own. What was in flight when it was told counts as told: to be refused once costs less than to wait for
 * nothing. Holds nothing back where more than a minute would have to be waited for: the refusal says when to come back.
 */
export class RateLimitLeft {
  #told: (RateLimit & { readonly at: number }) | undefined
  #used = 0

  learn(now: number, told: RateLimit): void {
    this.#used = 0
    this.#told = isShort(told) ? { ...told, at: now } : undefined
  }

  noteStart(now: number, amount: number): void {
    this.#renew(now)
    if (this.#told !== undefined) this.#used += amount
  }

  /** Milliseconds until so much more fits, at most a minute; more than the whole limit never has to fit. */
  delay(now: number, amount: number): number {
    this.#renew(now)
    const told = this.#told
    if (told === undefined) return 0
    const needed = Math.min(Math.max(1, amount), told.limit ?? Infinity)
    const missing = needed - (told.remaining - this.#used) - perMs(told) * (now - told.at)
    if (missing <= 0) return 0
    const wait = told.refill === 'steady' ? missing / perMs(told) : told.at + told.resetMs - now
    return Math.min(wait, LONGEST_WAIT_MS)
  }

  /** A window that is over is followed by another one, with everything in it. */
  #renew(now: number): void {
    const told = this.#told
    if (told?.refill !== 'at-once' || now < told.at + told.resetMs) return
    const { limit } = told
    this.#used = 0
    this.#told =
      limit === undefined ? undefined : { ...told, remaining: limit, at: now, resetMs: UNTOLD_WINDOW_MS }
  }
}

/** How much comes back in a millisecond; 0 where nothing does before the window is over. */
function perMs({ refill, limit, remaining, resetMs }: RateLimit): number {
  return refill === 'steady' && limit !== undefined ? Math.max(0, limit - remaining) / resetMs : 0
}

/** Whether it may be waited for. */
function isShort(told: RateLimit): boolean {
  if (told.refill === 'at-once') return told.resetMs <= LONGEST_WAIT_MS
  return perMs(told) * LONGEST_WAIT_MS >= 1
}
