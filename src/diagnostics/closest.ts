/**
 * The candidate that was probably meant by a misspelt word: the one with the fewest slips (a letter too many, too
 * few, wrong, or two swapped), upper and lower case counting as the same. Undefined when none is near enough: one
 * slip in a short word, two from five letters on, three from nine. Of equals, the one with the same case wins,
 * then the first. Cost grows with the number of candidates of about the word's length, and with that length.
 */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  const folded = word.toLowerCase()
  const allowed = allowedSlips(folded.length)
  let best: string | undefined
  let fewest = allowed + 1
  let bestHasSameCase = false
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > fewest) continue
    const slips = distance(folded, candidate.toLowerCase(), Math.min(fewest, allowed))
    if (slips === undefined) continue
    const hasSameCase = distance(word, candidate, slips) !== undefined
    if (slips === fewest && (bestHasSameCase || !hasSameCase)) continue
    best = candidate
    fewest = slips
    bestHasSameCase = hasSameCase
  }
  return best
}

/** Names looked at for all the misspelt words of one flow: a fraction of a second. */
const MOST_COMPARISONS = 1_000_000

/**
 * Guesses for many misspelt words. Each is compared with every name there is, which for thousands of both would take
 * minutes; they share a budget, and where it is used up there are no more guesses.
 */
export class Guesses {
  #left = MOST_COMPARISONS

  /** As `closest`, while the budget lasts. */
  closest(word: string, candidates: Iterable<string>): string | undefined {
    if (this.#left <= 0) return undefined
    const guess = closest(word, this.#counted(word, candidates))
    return this.#left <= 0 ? undefined : guess
  }

  /** Long words that are compared letter by letter cost more. */
  *#counted(word: string, candidates: Iterable<string>): Generator<string, void, undefined> {
    for (const candidate of candidates) {
      this.#left -= Math.abs(candidate.length - word.length) > 3 ? 1 : 1 + (word.length >> 3)
      if (this.#left <= 0) return
      yield candidate
    }
  }
}

function allowedSlips(length: number): number {
  if (length < 2) return 0
  if (length < 5) return 1
  return length < 9 ? 2 : 3
}

/** Optimal string alignment distance, or undefined when it is more than `limit`. */
function distance(word: string, other: string, limit: number): number | undefined {
  if (Math.abs(word.length - other.length) > limit) return undefined
  const shorter = Math.min(word.length, other.length)
  let start = 0
  while (start < shorter && word[start] === other[start]) start++
  let end = 0
  while (end < shorter - start && word.at(-1 - end) === other.at(-1 - end)) end++
  return middleDistance(word.slice(start, word.length - end), other.slice(start, other.length - end), limit)
}

/**
 * The usual table, but only the cells near its diagonal: those further than `limit` from it cannot be on a path that
 * is short enough. Cell `c` of row `r` is column `r + c - limit`, so the same column is one cell on in the row before.
 */
function middleDistance(word: string, other: string, limit: number): number | undefined {
  const cells = 2 * limit + 1
  const tooMany = limit + 1
  let beforeLast = new Int32Array(cells).fill(tooMany)
  let last = new Int32Array(cells).fill(tooMany)
  let current = new Int32Array(cells)
  for (let column = 0; column <= limit; column++) last[limit + column] = column
  let leastOfLast = 0
  for (let row = 1; row <= word.length; row++) {
    let least = tooMany
    for (let cell = 0; cell < cells; cell++) {
      const column = row + cell - limit
      let slips = tooMany
      if (column >= 0 && column <= other.length) {
        const changed = word[row - 1] === other[column - 1] ? 0 : 1
        const dropped = (last[cell + 1] ?? tooMany) + 1
        const added = (current[cell - 1] ?? tooMany) + 1
        const replaced = column > 0 ? (last[cell] ?? tooMany) + changed : tooMany
        slips = Math.min(slips, dropped, added, replaced)
        if (row > 1 && word[row - 1] === other[column - 2] && word[row - 2] === other[column - 1]) {
          slips = Math.min(slips, (beforeLast[cell] ?? tooMany) + 1)
        }
      }
      current[cell] = slips
      least = Math.min(least, slips)
    }
    // A swap reaches back two rows, so both must be out of reach.
    if (least > limit && leastOfLast > limit) return undefined
    leastOfLast = least
    ;[beforeLast, last, current] = [last, current, beforeLast]
  }
  const slips = last[other.length - word.length + limit] ?? tooMany
  return slips > limit ? undefined : slips
}
