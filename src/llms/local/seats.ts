/** A few things of which each is used by one at a time. Whoever comes first waits least. */
export class Seats<T> {
  readonly #free: T[]
  readonly #waiting = new Set<(seat: T) => void>()

  constructor(seats: readonly T[]) {
    this.#free = [...seats]
  }

  /** Runs `use` with a seat when one is free. Rejects with the signal's reason when that is aborted before. */
  async with<R>(signal: AbortSignal, use: (seat: T) => Promise<R>): Promise<R> {
    const seat = await this.#take(signal)
    try {
      return await use(seat)
    } finally {
      this.#giveBack(seat)
    }
  }

  #take(signal: AbortSignal): Promise<T> {
    return new Promise((resolve, reject) => {
      signal.throwIfAborted()
      const seat = this.#free.pop()
      if (seat !== undefined) {
        resolve(seat)
        return
      }
      const sit = (one: T): void => {
        signal.removeEventListener('abort', leave)
        resolve(one)
      }
      const leave = (): void => {
        this.#waiting.delete(sit)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      this.#waiting.add(sit)
    })
  }

  #giveBack(seat: T): void {
    const [next] = this.#waiting
    if (next === undefined) {
      this.#free.push(seat)
      return
    }
    this.#waiting.delete(next)
    next(seat)
  }
}
