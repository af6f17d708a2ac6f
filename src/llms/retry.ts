import type { LlmError } from './llm.ts'

const BASE_MS = 500
const CAP_MS = 30_000
/** A server that asks for a longer wait gets no retry: its message says when to come back. */
export const LONGEST_WAIT_MS = 60_000

interface FailedAttempt {
  readonly error: Pick<LlmError, 'retryable' | 'retryAfterMs'>
  /** Counts from 1. */
  readonly attempt: number
  /** Attempts after the first one. */
  readonly maxRetries: number
  /** Uniform in [0, 1). */
  readonly random: () => number
}

/**
 * How long to wait before the next attempt, in milliseconds; undefined when there should be none. 0.5 s · 2ⁿ up to 30 s with
 * full jitter, and never before the time the server asks for: many steps that fail at once do not come back at once.
 */
export function retryDelay({ error, attempt, maxRetries, random }: FailedAttempt): number | undefined {
  if (!error.retryable || attempt > maxRetries) return undefined
  const { retryAfterMs = 0 } = error
  if (retryAfterMs > LONGEST_WAIT_MS) return undefined
  // The exponent is bounded first: 2 ** 1100 is Infinity, and 0 · Infinity is not a time.
  return retryAfterMs + random() * Math.min(CAP_MS, BASE_MS * 2 ** Math.min(attempt - 1, 10))
}
