/** A run that fares badly from its start may try again so often before anything has succeeded. */
const MOST_RETRIES = 100
/** How much of a retry every success earns. */
const PER_SUCCESS = 0.2
/** What timed out has taken a server's time, and would again. */
const PER_TIMEOUT = 2

/**
 * How many retries a run has left at one server, so that one that is down does not cost every step all of its retries:
 * a hundred, and one more for five successes. Small runs never notice.
 */
export class RetryBucket {
  #left = MOST_RETRIES

  /** Whether there may be one more; counts it. */
  take(afterTimeout: boolean): boolean {
    const cost = afterTimeout ? PER_TIMEOUT : 1
    if (this.#left < cost) return false
    this.#left -= cost
    return true
  }

  noteSuccess(): void {
    this.#left = Math.min(MOST_RETRIES, this.#left + PER_SUCCESS)
  }
}
