import { expect, test } from 'vitest'
import { costOf } from '../../src/steps/attempt.ts'
import { llmConfig } from '../llms/world.ts'

const price = { input: 0.15, output: 0.6 }
const usage = { inputTokens: 1_000_000, outputTokens: 500_000 }

test('a call costs its tokens at the price of a million', () => {
  expect(costOf(llmConfig({ price }), usage)).toBeCloseTo(0.45, 12)
})

test('a call whose price or usage is not known has no known cost', () => {
  expect(costOf(llmConfig({ model: 'no-such-model' }), usage)).toBeNull()
  expect(costOf(llmConfig({ price }), undefined)).toBeNull()
})

test.each(['scripted', 'embedded'])('a call of the provider %s costs nothing', (provider) => {
  expect(costOf(llmConfig({ provider, price }), usage)).toBe(0)
})

test('a call of a known model costs what the table says', () => {
  expect(costOf(llmConfig({ model: 'gpt-4o-mini-2024-07-18' }), usage)).toBeCloseTo(0.45, 12)
})

test('a call of a server of one’s own costs nothing unless somebody says otherwise', () => {
  expect(costOf(llmConfig({ provider: 'ollama', model: 'llama3' }), undefined)).toBe(0)
  expect(costOf(llmConfig({ provider: 'ollama', model: 'llama3', price }), usage)).toBeCloseTo(0.45, 12)
})
