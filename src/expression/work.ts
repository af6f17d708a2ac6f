/** What one evaluation may cost: a fraction of a second. One unit is a node looked at, or some letters. */
export const MOST_WORK = 1_000_000

/** Letters that are read, compared or copied for one unit. */
const LETTERS = 16

/** Thrown when an evaluation costs more than it may. Nothing that was evaluated besides can make up for it. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork'
}

/** Counts what an evaluation costs. */
export class Work {
  #left: number

  constructor(most: number) {
    this.#left = most
  }

  /** Throws `TooMuchWork`. */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new TooMuchWork()
  }

  /** For something that looks at so many letters. */
  read(letters: number): void {
    this.spend(1 + letters / LETTERS)
  }
}
