/**
 * How many steps may run at a time, in a run and the runs inside it together. Knows who waits for one; does not know
 * what runs. Whoever has joined is told when another one has given a slot back.
 */
export class Slots {
  readonly #waiting = new Set<() => void>()
  #left: number

  constructor(count: number) {
    this.#left = count
  }

  get free(): boolean {
    return this.#left > 0
  }

  take(): void {
    this.#left--
  }

  /** `from` knows already. */
  give(from: () => void): void {
    this.#left++
    this.tell(from)
  }

  /** Something else may have become free, such as a place of a model. */
  tell(from?: () => void): void {
    for (const waiting of this.#waiting) if (waiting !== from) waiting()
  }

  join(onFree: () => void): void {
    this.#waiting.add(onFree)
  }

  leave(onFree: () => void): void {
    this.#waiting.delete(onFree)
  }
}
