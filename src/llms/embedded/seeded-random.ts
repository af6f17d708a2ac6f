/**
 * Uniform numbers in [0, 1) that depend on the seed and the prompt only. The prompt is part of it so that steps
 * with equal seeds do not draw alike.
 *
 * The generator is sfc32 (Chris Doty-Humphrey, PractRand): 128 bits of state, a counter among them.
 */
export function seededRandom(seed: number, prompt: readonly number[]): () => number {
  const halves = new Uint32Array(Float64Array.of(seed).buffer)
  let a = halves[0] ?? 0
  let b = halves[1] ?? 0
  let c = hash(prompt)
  let counter = 1
  const next = (): number => {
    const result = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + result) | 0
    return (result >>> 0) / 2 ** 32
  }
  // The first rounds spread the few bits of a small seed over the whole state.
  for (let round = 0; round < 12; round++) next()
  return next
}

/** FNV-1a, taking whole numbers instead of bytes. */
function hash(numbers: readonly number[]): number {
  return numbers.reduce((state, number) => Math.imul(state ^ number, 0x01000193), 0x811c9dc5 | 0)
}
