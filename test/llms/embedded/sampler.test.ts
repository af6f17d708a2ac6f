import { expect, test } from 'vitest'
import { createSampler } from '../../../src/llms/embedded/sampler.ts'
import { seededRandom } from '../../../src/llms/embedded/seeded-random.ts'

/** Logits of the probabilities 0.1, 0.5, 0.15 and 0.25. */
const logits = Float32Array.from([0.1, 0.5, 0.15, 0.25], Math.log)

/** Which token is drawn where the random number falls, in hundredths. */
function draws(temperature: number, topP: number): readonly number[] {
  return Array.from({ length: 100 }, (_, i) =>
    createSampler({ temperature, topP, random: () => (i + 0.5) / 100 })(logits),
  )
}

function shares(tokens: readonly number[]): readonly number[] {
  return [0, 1, 2, 3].map((token) => tokens.filter((drawn) => drawn === token).length / tokens.length)
}

test('temperature 0 takes the likeliest token', () => {
  expect(shares(draws(0, 1))).toEqual([0, 1, 0, 0])
})

test('temperature 1 draws each token as often as it is likely', () => {
  expect(shares(draws(1, 1))).toEqual([0.1, 0.5, 0.15, 0.25])
})

test('a lower temperature sharpens and a higher one flattens', () => {
  expect(shares(draws(0.5, 1))[1]).toBeGreaterThan(0.7)
  expect(shares(draws(100, 1))[1]).toBeLessThan(0.27)
})

test('a temperature next to 0 still gives a token', () => {
  expect(shares(draws(1e-300, 0.9))).toEqual([0, 1, 0, 0])
})

test('top-p draws from the fewest tokens that hold that much probability', () => {
  expect(shares(draws(1, 0.7))).toEqual([0, 0.67, 0, 0.33])
  expect(shares(draws(1, 0.8))[0]).toBe(0)
  expect(shares(draws(1, 0.8))[2]).toBeGreaterThan(0)
  expect(shares(draws(1, 0))).toEqual([0, 1, 0, 0])
})

test('top-p finds the same tokens among thousands as a sort of all of them', () => {
  const random = seededRandom(3, [])
  const many = Float32Array.from({ length: 3000 }, () => 12 * random())
  const weights = Array.from(many, (logit, token) => ({ token, weight: Math.exp(logit) }))
  weights.sort((a, b) => b.weight - a.weight)
  const total = weights.reduce((sum, { weight }) => sum + weight, 0)
  const expected = new Set<number>()
  for (let held = 0, i = 0; held < 0.9 * total; i++) {
    held += weights[i]!.weight
    expected.add(weights[i]!.token)
  }
  const last = createSampler({ temperature: 1, topP: 0.9, random: () => 1 - 2 ** -32 })(many)
  expect([...expected].at(-1)).toBe(last)
})

test('random numbers are the same for the same seed and prompt, and others for others', () => {
  const first = (seed: number, prompt: readonly number[]): readonly number[] => {
    const random = seededRandom(seed, prompt)
    return [random(), random(), random()]
  }
  const seeds = [0, 1, 2, -1, 2 ** 31, 2 ** 40, 1.5]
  const prompts = [[], [1], [1, 2], [2, 1]]
  const all = seeds.flatMap((seed) => prompts.map((prompt) => first(seed, prompt)))
  expect(new Set(all.map(String)).size).toBe(seeds.length * prompts.length)
  expect(all.flat().every((number) => number >= 0 && number < 1)).toBe(true)
  expect(first(7, [1, 2])).toEqual(first(7, [1, 2]))
})

test('random numbers fill the range evenly', () => {
  const random = seededRandom(0, [1, 4, 5])
  const tenths = Array.from({ length: 10 }, () => 0)
  for (let i = 0; i < 10_000; i++) tenths[Math.floor(10 * random())]! += 1
  for (const count of tenths) expect(Math.abs(count - 1000)).toBeLessThan(150)
})
