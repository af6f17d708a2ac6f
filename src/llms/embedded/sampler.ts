/** Picks the next token from logits. */
export type Sampler = (logits: Float32Array) => number

/**
 * A sampler that draws the same tokens for the same arguments and logits, always.
 *
 * @param temperature 0 takes the likeliest token; 1 leaves the probabilities as they are.
 * @param topP Draws from the fewest tokens that together are at least this probable.
 * @param random Uniform in [0, 1).
 */
export function createSampler({
  temperature,
  topP,
  random,
}: {
  readonly temperature: number
  readonly topP: number
  readonly random: () => number
}): Sampler {
  return (logits) => {
    const likeliest = indexOfHighest(logits)
    if (temperature <= 0) return likeliest
    const highest = logits[likeliest] ?? 0
    const weights = Float64Array.from(logits, (logit) => Math.exp((logit - highest) / temperature))
    return draw(topP < 1 ? nucleus(weights, topP) : Array.from(weights.entries()), random()) ?? likeliest
  }
}

type Weighted = readonly [token: number, weight: number]

/** The heaviest tokens, until they hold the part `topP` of all the weight. */
function nucleus(weights: Float64Array, topP: number): readonly Weighted[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  // All tokens lighter than this together weigh less than what may be left out, so they need not be sorted.
  const negligible = ((1 - topP) * total) / weights.length
  const sorted: Weighted[] = []
  weights.forEach((weight, token) => {
    if (weight >= negligible) sorted.push([token, weight])
  })
  sorted.sort(([tokenA, a], [tokenB, b]) => b - a || tokenA - tokenB)
  let held = 0
  const last = sorted.findIndex(([, weight]) => (held += weight) >= topP * total)
  return last < 0 ? sorted : sorted.slice(0, last + 1)
}

function draw(tokens: readonly Weighted[], random: number): number | undefined {
  let left = random * tokens.reduce((sum, [, weight]) => sum + weight, 0)
  return tokens.find(([, weight]) => (left -= weight) < 0)?.[0]
}

function indexOfHighest(numbers: Float32Array): number {
  return numbers.reduce((best, number, index) => (number > (numbers[best] ?? 0) ? index : best), 0)
}
