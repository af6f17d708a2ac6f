import { expect, test } from 'vitest'
import { loadTokenizer } from '../../src/plan/tokenizer.ts'

const { encoding, count } = await loadTokenizer()

test.each([
  ['', 0],
  ['What is a good title of a movie about friendship?', 11],
  ['Tokyo is 東京 and rain is ☔', 8],
  // Control tokens are text like any other in a prompt.
  ['<|endoftext|>', 7],
])('%j has %i tokens', (text, tokens) => {
  expect(count(text)).toBe(tokens)
})

test('the encoding has a name', () => {
  expect(encoding).toBe('o200k_base')
})

test('a text without a break is counted in time that grows with its length', () => {
  const tokens = count('a'.repeat(400))
  expect(count('a'.repeat(400_000))).toBe(1000 * tokens)
  expect(count(`one two${' '.repeat(400_000)}three`)).toBeLessThan(400_000)
})
