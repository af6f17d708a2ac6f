import type { World } from '../../src/llms/world.ts'

interface Timer {
  readonly due: number
  readonly fire: () => void
}

/** Turns of the event loop without a timer after which a run is taken to hang; reading the embedded model takes many. */
const PATIENCE = 1_000_000

/**
 * A world whose time moves only when nothing else can happen: everything that is due at one moment ends in the same
 * tick. Nothing sleeps, and a run that would wait for ever is an error.
 */
export class HeldWorld implements World {
  readonly env: World['env']
  readonly random: () => number
  readonly #timers = new Set<Timer>()
  #now = 0

  constructor({ seed = 1, env = {} }: { readonly seed?: number; readonly env?: World['env'] } = {}) {
    this.env = env
    this.random = seededRandom(seed)
  }

  readonly clock: World['clock'] = {
    now: () => this.#now,
    date: () => new Date(Date.UTC(2026, 10, 22) + this.#now),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) {
          reject(signal.reason)
          return
        }
        const timer: Timer = {
          due: this.#now + ms,
          fire: () => {
            signal.removeEventListener('abort', stop)
            resolve()
          },
        }
        const stop = (): void => {
          this.#timers.delete(timer)
          reject(signal.reason)
        }
        signal.addEventListener('abort', stop, { once: true })
        this.#timers.add(timer)
      }),
  }

  /** Timers that nobody has called off. */
  get waiting(): number {
    return this.#timers.size
  }

  /** Lets time pass until the promise has settled. */
  async finish<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const settled = (): void => void (isSettled = true)
    promise.then(settled, settled)
    for (let idle = 0; !isSettled; idle++) {
      await new Promise(setImmediate)
      if (isSettled) break
      if (this.#fireNext()) idle = 0
      else if (idle > PATIENCE) throw new Error('the run waits, and nothing is left to happen')
    }
    return promise
  }

  #fireNext(): boolean {
    let next = Infinity
    for (const { due } of this.#timers) next = Math.min(next, due)
    if (next === Infinity) return false
    this.#now = Math.max(this.#now, next)
    for (const timer of [...this.#timers]) {
      if (timer.due > this.#now) continue
      this.#timers.delete(timer)
      timer.fire()
    }
    return true
  }
}

/** Uniform in [0, 1), the same numbers for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32
  }
}
