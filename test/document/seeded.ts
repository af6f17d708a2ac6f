/** Random numbers that a seed repeats (mulberry32). */
export interface Random {
  /** From 0 up to, not including, `below`. */
  below(below: number): number
  of<T>(choices: readonly T[]): T
  readonly seed: number
}

/** Takes the seed from FUZZ_SEED, where a failed run is to be repeated, and prints it. */
export function seededRandom(purpose: string): Random {
  const seed = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31)
  console.info(`${purpose}: FUZZ_SEED=${seed}`)
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return { below, of: (choices) => choices[below(choices.length)]!, seed }
}
