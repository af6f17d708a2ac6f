/** Tokens handled together, so that a number of the query or of the result is loaded once for all of them. */
const BLOCK = 4

/** What one layer remembers of the tokens it has read: a row of keys and a row of values for each. */
export interface LayerMemory {
  readonly keys: Float32Array
  readonly values: Float32Array
}

/** Room for this many tokens, in whole blocks; rows that are not written yet are zero. */
export function newLayerMemory(tokens: number, width: number): LayerMemory {
  const numbers = paddedTokens(tokens) * width
  return { keys: new Float32Array(numbers), values: new Float32Array(numbers) }
}

/** How many scores `attend` needs room for. */
export function paddedTokens(tokens: number): number {
  return Math.ceil(tokens / BLOCK) * BLOCK
}

/**
 * Rotary positions: turns each pair of neighbouring numbers of a head by an angle that grows with the position,
 * the first pair fastest.
 */
export function rotate(
  vector: Float32Array,
  turns: readonly { readonly cos: number; readonly sin: number }[],
): void {
  for (let at = 0; at < vector.length;) {
    for (const { cos, sin } of turns) {
      const a = vector[at] ?? 0
      const b = vector[at + 1] ?? 0
      vector[at] = a * cos - b * sin
      vector[at + 1] = a * sin + b * cos
      at += 2
    }
  }
}

/**
 * For each head: compares the query with the keys of the first `tokens` tokens and mixes their values accordingly
 * into `out`. Scores are scratch space.
 */
export function attend(
  query: Float32Array,
  memory: LayerMemory,
  place: {
    readonly tokens: number
    readonly headWidth: number
    readonly scores: Float64Array
    readonly out: Float32Array
  },
): void {
  const { tokens, headWidth, scores, out } = place
  const padded = scores.subarray(0, paddedTokens(tokens))
  for (let head = 0; head < query.length; head += headWidth) {
    compare(query.subarray(head, head + headWidth), memory.keys.subarray(head), query.length, padded)
    softmax(scores.subarray(0, tokens), 1 / Math.sqrt(headWidth))
    padded.fill(0, tokens)
    mix(padded, memory.values.subarray(head), query.length, out.subarray(head, head + headWidth))
  }
}

/** `scores` = the product of the query with each key; keys are `stride` apart. */
function compare(query: Float32Array, keys: Float32Array, stride: number, scores: Float64Array): void {
  for (let token = 0; token < scores.length; token += BLOCK) {
    const a = token * stride
    const b = a + stride
    const c = b + stride
    const d = c + stride
    let productA = 0
    let productB = 0
    let productC = 0
    let productD = 0
    for (let i = 0; i < query.length; i++) {
      const x = query[i] ?? 0
      productA += x * (keys[a + i] ?? 0)
      productB += x * (keys[b + i] ?? 0)
      productC += x * (keys[c + i] ?? 0)
      productD += x * (keys[d + i] ?? 0)
    }
    scores[token] = productA
    scores[token + 1] = productB
    scores[token + 2] = productC
    scores[token + 3] = productD
  }
}

/** Turns scores into shares that add up to 1. */
function softmax(scores: Float64Array, scale: number): void {
  let highest = -Infinity
  for (let i = 0; i < scores.length; i++) highest = Math.max(highest, scores[i] ?? 0)
  let total = 0
  for (let i = 0; i < scores.length; i++) {
    const weight = Math.exp(((scores[i] ?? 0) - highest) * scale)
    scores[i] = weight
    total += weight
  }
  for (let i = 0; i < scores.length; i++) scores[i] = (scores[i] ?? 0) / total
}

/** `out` = the sum of the values, each times its share; values are `stride` apart. */
function mix(shares: Float64Array, values: Float32Array, stride: number, out: Float32Array): void {
  out.fill(0)
  for (let token = 0; token < shares.length; token += BLOCK) {
    const a = token * stride
    const b = a + stride
    const c = b + stride
    const d = c + stride
    const shareA = shares[token] ?? 0
    const shareB = shares[token + 1] ?? 0
    const shareC = shares[token + 2] ?? 0
    const shareD = shares[token + 3] ?? 0
    for (let i = 0; i < out.length; i++) {
      out[i] =
        (out[i] ?? 0) +
        shareA * (values[a + i] ?? 0) +
        shareB * (values[b + i] ?? 0) +
        shareC * (values[c + i] ?? 0) +
        shareD * (values[d + i] ?? 0)
    }
  }
}
