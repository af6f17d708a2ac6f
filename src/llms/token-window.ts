/** Calls that start this close together are counted as one, at the time of the latest: memory for more precision than any server has. */
const GRAIN_MS = 250

interface Grain {
  /** When its first call started. */
  readonly first: number
  /** When its latest call started: from then on, all of it counts for a whole window. */
  last: number
  tokens: number
}

/** How many tokens were used in the latest stretch of time. Holds a few hundred numbers at most. */
export class TokenWindow {
  readonly #lengthMs: number
  #grains: Grain[] = []
  #total = 0

  constructor(lengthMs: number) {
    this.#lengthMs = lengthMs
  }

  /** Milliseconds until so many more tokens fit under the limit, or nothing else is in the window. */
  delay(now: number, tokens: number, limit: number): number {
    this.#forget(now)
    let excess = this.#total + tokens - limit
    let delay = 0
    for (const grain of this.#grains) {
      if (excess <= 0) break
      excess -= grain.tokens
      delay = grain.last + this.#lengthMs - now
    }
    return delay
  }

  /** Notes tokens; the function that it returns corrects their number. */
  add(now: number, tokens: number): (actual: number) => void {
    this.#forget(now)
    let grain = this.#grains.at(-1)
    if (grain === undefined || now - grain.first >= GRAIN_MS) {
      grain = { first: now, last: now, tokens: 0 }
      this.#grains.push(grain)
    }
    const noted = grain
    noted.last = now
    let counted = 0
    const count = (actual: number): void => {
      noted.tokens += actual - counted
      // What has left the window no longer counts, but is still corrected, harmlessly.
      if (this.#grains.includes(noted)) this.#total += actual - counted
      counted = actual
    }
    count(tokens)
    return count
  }

  #forget(now: number): void {
    const kept = this.#grains.findIndex((grain) => grain.last + this.#lengthMs > now)
    const gone = kept === -1 ? this.#grains.splice(0) : this.#grains.splice(0, kept)
    for (const grain of gone) this.#total -= grain.tokens
  }
}
