import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { rateLimitsIn, type RateLimit } from '../../src/llms/rate-limits.ts'
import { RateLimitLeft } from '../../src/llms/rate-limits-left.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const DAY_MS = 86_400_000

function told(headers: Record<string, string>) {
  return rateLimitsIn((name) => headers[name] ?? null, NOW)
}

describe('what is left of the limits is read from the headers', () => {
  test('of OpenAI and Groq, whose limits fill up little by little', () => {
    const limits = told({
      'x-ratelimit-limit-requests': '14400',
      'x-ratelimit-remaining-requests': '14370',
      'x-ratelimit-reset-requests': '2m59.56s',
      'x-ratelimit-limit-tokens': '18000',
      'x-ratelimit-remaining-tokens': '17997',
      'x-ratelimit-reset-tokens': '7.66ms',
    })
    expect(limits).toEqual({
      requests: { limit: 14_400, remaining: 14_370, resetMs: 179_560, refill: 'steady' },
      tokens: { limit: 18_000, remaining: 17_997, resetMs: 7.66, refill: 'steady' },
    })
  })

  test('of Azure, Mistral and Cerebras, which count seconds', () => {
    const azure = told({ 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '55' })
    expect(azure?.tokens).toEqual({ limit: undefined, remaining: 0, resetMs: 55_000, refill: 'at-once' })
    const minute = told({
      'x-ratelimit-limit-req-minute': '720',
      'x-ratelimit-remaining-req-minute': '717',
      'x-ratelimit-reset-req-minute': '30',
      'x-ratelimit-limit-tokens-minute': '60000',
      'x-ratelimit-remaining-tokens-minute': '100',
      'x-ratelimit-reset-tokens-minute': '11.38',
    })
    expect(minute).toEqual({
      requests: { limit: 720, remaining: 717, resetMs: 30_000, refill: 'at-once' },
      tokens: { limit: 60_000, remaining: 100, resetMs: 11_380, refill: 'at-once' },
    })
  })

  test('of Anthropic, which names the time when all is there again', () => {
    const limits = told({
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '0',
      'anthropic-ratelimit-requests-reset': '2026-11-22T12:00:30Z',
    })
    expect(limits).toEqual({ requests: { limit: 50, remaining: 0, resetMs: 30_000, refill: 'steady' } })
  })

  test('with times since 1970 in seconds and in milliseconds', () => {
    for (const reset of [String(NOW / 1000 + 5), String(NOW + 5000)]) {
      const limits = told({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset })
      expect(limits?.requests).toMatchObject({ resetMs: 5000, refill: 'at-once' })
    }
  })

  test.each([
    ['1h2m3.5s', 3_723_500],
    ['6m0s', 360_000],
    ['120ms', 120],
    ['350µs', 0.35],
    ['1d', DAY_MS],
  ])('with %s as a duration', (written, ms) => {
    const limits = told({ 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': written })
    expect(limits?.requests?.resetMs).toBeCloseTo(ms, 6)
  })
})

describe('headers that cannot be used', () => {
  test.each([
    ['-1', '0'],
    ['NaN', '1s'],
    ['1e400', '1s'],
    ['99999999999999999999', '1s'],
    ['0x10', '1s'],
    ['', '1s'],
    ['0', ''],
    ['0', '-5'],
    ['0', 'abc'],
    ['0', 'NaN'],
    ['0', '1y'],
    ['0', '365d'],
    ['0', '31536000'],
    ['0', '0s'],
    ['0', '1970-01-01T00:00:00Z'],
    ['0', '2027-11-22T12:00:00Z'],
    ['0', '1s'.repeat(1000)],
    ['0', '1s; drop'],
  ])('tell nothing: %j left, %j until more', (remaining, reset) => {
    expect(told({ 'x-ratelimit-remaining-requests': remaining, 'x-ratelimit-reset-requests': reset })).toBe(
      undefined,
    )
  })

  test('tell nothing where the limit is negative, as Azure sends it', () => {
    const limits = told({
      'x-ratelimit-limit-tokens': '-1',
      'x-ratelimit-remaining-tokens': '0',
      'x-ratelimit-reset-tokens': '1',
    })
    expect(limits).toBe(undefined)
  })

  test('never make times that are none', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (remaining, limit, reset) => {
        const limits = told({
          'x-ratelimit-remaining-requests': remaining,
          'x-ratelimit-limit-requests': limit,
          'x-ratelimit-reset-requests': reset,
        })
        if (limits?.requests === undefined) return
        expect(limits.requests.resetMs).toBeGreaterThan(0)
        expect(limits.requests.resetMs).toBeLessThanOrEqual(DAY_MS)
      }),
    )
  })
})

describe('what is left of a limit', () => {
  const window: RateLimit = { remaining: 2, limit: 5, resetMs: 10_000, refill: 'at-once' }
  const bucket: RateLimit = { remaining: 0, limit: 60, resetMs: 60_000, refill: 'steady' }

  function left(limit: RateLimit): RateLimitLeft {
    const known = new RateLimitLeft()
    known.learn(0, limit)
    return known
  }

  test('is used up, and nothing more starts before the window is over', () => {
    const known = left(window)
    known.noteStart(0, 1)
    expect(known.delay(0, 1)).toBe(0)
    known.noteStart(0, 1)
    expect([known.delay(0, 1), known.delay(4000, 1), known.delay(10_000, 1)]).toEqual([10_000, 6000, 0])
  })

  test('is no more than the limit in the window after that, until the server tells', () => {
    const known = left(window)
    for (let call = 0; call < 5; call++) known.noteStart(10_000, 1)
    expect(known.delay(10_000, 1)).toBeGreaterThan(0)
    known.learn(10_001, { ...window, remaining: 4 })
    expect(known.delay(10_001, 1)).toBe(0)
  })

  test('comes back one by one where it does so', () => {
    const known = left(bucket)
    expect([known.delay(0, 1), known.delay(1000, 1), known.delay(0, 3)]).toEqual([1000, 0, 3000])
    known.noteStart(1000, 1)
    expect(known.delay(1000, 1)).toBe(1000)
  })

  test('holds nothing back where it is plenty, or would have to be waited for longer than a minute', () => {
    expect(left({ ...window, remaining: 1000, limit: 1000 }).delay(0, 1)).toBe(0)
    expect(left({ ...window, remaining: 0, resetMs: 61_000 }).delay(0, 1)).toBe(0)
    expect(left({ ...bucket, limit: 1, resetMs: DAY_MS }).delay(0, 1)).toBe(0)
    expect(new RateLimitLeft().delay(0, 1e9)).toBe(0)
  })

  test('lets a call start that is larger than the whole limit, once all of it is there', () => {
    expect(left(bucket).delay(0, 1000)).toBe(60_000)
    expect(left(bucket).delay(60_000, 1000)).toBe(0)
  })
})
