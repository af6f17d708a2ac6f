import { expect, test } from 'vitest'
import { costOf } from '../../src/steps/attempt.ts'
import { llmConfig } from '../llms/world.ts'

const price = { input: 0.15, output: 0.6 }
const usage = { inputTokens: 1_000_000, outputTokens: 500_000 }

test('a call costs its tokens at the price of a million', () => {
  expect(costOf(llmConfig({ price }), usage)).toBeCloseTo(0.45, 12)
})

test('a call whose price or usage is not known has no known cost', () => {
  expect(costOf(llmConfig(), usage)).toBeNull()
  expect(costOf(llmConfig({ price }), undefined)).toBeNull()
})

test.each(['scripted', 'embedded'])('a call of the provider %s costs nothing', (provider) => {
  expect(costOf(llmConfig({ provider, price }), usage)).toBe(0)
})
