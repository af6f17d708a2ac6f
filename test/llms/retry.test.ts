import { expect, test } from 'vitest'
import { LlmError } from '../../src/llms/llm.ts'
import { retryDelay } from '../../src/llms/retry.ts'

const failure = (retryable: boolean, retryAfterMs?: number) =>
  new LlmError('server-error', 'failed', { retryable, retryAfterMs })

const delay = (attempt: number, random: number, error = failure(true), maxRetries = 1000) =>
  retryDelay({ error, attempt, maxRetries, random: () => random })

test('waits are drawn from a range that doubles up to 30 seconds', () => {
  const longest = [1, 2, 3, 4, 5, 6, 7, 8, 100, 1000].map((attempt) => delay(attempt, 1))
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000])
  expect(delay(3, 0)).toBe(0)
  expect(delay(3, 0.25)).toBe(500)
})

test('nobody comes back before the server wishes, up to a minute, and not all at that very moment', () => {
  expect(delay(1, 0, failure(true, 12_345))).toBe(12_345)
  expect(delay(1, 0.5, failure(true, 0))).toBe(250)
  expect(delay(3, 0.5, failure(true, 12_345))).toBe(13_345)
  expect(delay(100, 1, failure(true, 60_000))).toBe(90_000)
})

test('a server that asks for more than a minute gets no retry', () => {
  expect(delay(1, 0.5, failure(true, 60_001))).toBeUndefined()
})

test('there are as many attempts as were asked for, and none where none helps', () => {
  expect(delay(3, 0.5, failure(true), 3)).toBe(1000)
  expect(delay(4, 0.5, failure(true), 3)).toBeUndefined()
  expect(delay(1, 0.5, failure(true), 0)).toBeUndefined()
  expect(delay(1, 0.5, failure(false), 3)).toBeUndefined()
  expect(delay(1, 0.5, failure(false, 10), 3)).toBeUndefined()
})
