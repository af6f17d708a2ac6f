/**
 * Shares the one thread: whoever wants to compute for a moment waits here first. Each round of the event loop admits
 * one, first come first served, so timers and the network are served between any two moments of computing,
 * however many generations run side by side.
 */
export class Turns {
  readonly #waiting = new Set<() => void>()
  #scheduled = false

  /** Resolves when it is the caller's turn; rejects at once with the signal's reason when that is aborted. */
  wait(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const admit = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        this.#waiting.delete(admit)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(admit)
      this.#schedule()
    })
  }

  #schedule(): void {
    if (this.#scheduled || this.#waiting.size === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      const [first] = this.#waiting
      if (first === undefined) return
      this.#waiting.delete(first)
      first()
      this.#schedule()
    })
  }
}
