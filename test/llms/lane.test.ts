import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lane } from '../../src/llms/lane.ts'
import { Pause } from '../../src/llms/pause.ts'

const MINUTE_MS = 60_000

test('a lane without limits is always open', () => {
  const lane = new Lane({}, new Pause())
  for (let i = 0; i < 1000; i++) {
    expect(lane.free).toBe(true)
    expect(lane.startDelay(0, 1e9)).toBe(0)
    lane.begin(0, 1e9)
  }
})

test('no more calls run than its concurrency, and an ended call gives its slot back once', () => {
  const lane = new Lane({ maxConcurrency: 2 }, new Pause())
  const first = lane.begin(0, 0)
  expect(lane.free).toBe(true)
  lane.begin(0, 0)
  expect(lane.free).toBe(false)
  first.end()
  first.end()
  expect(lane.free).toBe(true)
  lane.begin(1, 0)
  expect(lane.free).toBe(false)
})

test('a pause holds every lane that shares it, and is never shortened', () => {
  const pause = new Pause()
  const a = new Lane({}, pause)
  const b = new Lane({}, pause)
  a.pauseUntil(1000)
  b.pauseUntil(400)
  expect([a.startDelay(300, 0), b.startDelay(300, 0), b.startDelay(1000, 0)]).toEqual([700, 700, 0])
})

test('what a pause has held comes back one by one and faster and faster, over all lanes that share it', () => {
  const pause = new Pause()
  const lanes = [new Lane({}, pause), new Lane({}, pause)]
  lanes[0]!.pauseUntil(1000)
  const starts: number[] = []
  for (let now = 0; starts.length < 40;) {
    const lane = lanes[starts.length % 2]!
    const delay = lane.startDelay(now, 0)
    now += delay
    if (delay > 0) continue
    lane.begin(now, 0)
    starts.push(now)
  }
  const upTo = (time: number) => starts.filter((start) => start <= time).length
  expect([999, 1099, 1199, 1299, 1399, 1499, 1599, 1699].map(upTo)).toEqual([0, 1, 2, 4, 8, 16, 32, 40])
})

test('a call that starts in spite of a pause is none of those that come back after it', () => {
  const lane = new Lane({}, new Pause())
  lane.pauseUntil(1000)
  lane.begin(500, 0)
  expect(lane.startDelay(1000, 0)).toBe(0)
  lane.begin(1000, 0)
  expect(lane.startDelay(1000, 0)).toBe(100)
})

test('another pause begins the slow return anew', () => {
  const lane = new Lane({}, new Pause())
  lane.pauseUntil(1000)
  for (let call = 0; call < 10; call++) lane.begin(1000, 0)
  lane.pauseUntil(2000)
  expect([lane.startDelay(1900, 0), lane.startDelay(2000, 0)]).toEqual([100, 0])
  lane.begin(2000, 0)
  expect(lane.startDelay(2000, 0)).toBe(100)
})

describe('requests per minute', () => {
  test('the next call starts as soon as the oldest of the minute is a minute old', () => {
    const lane = new Lane({ requestsPerMinute: 2 }, new Pause())
    lane.begin(0, 0)
    lane.begin(10_000, 0)
    expect(lane.startDelay(10_000, 0)).toBe(50_000)
    expect(lane.startDelay(59_999, 0)).toBe(1)
    expect(lane.startDelay(60_000, 0)).toBe(0)
    lane.begin(60_000, 0)
    expect(lane.startDelay(60_000, 0)).toBe(10_000)
  })

  test('no minute, wherever it begins, has more starts than allowed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 200 }),
        (limit, gaps) => {
          const lane = new Lane({ requestsPerMinute: limit }, new Pause())
          const starts: number[] = []
          let now = 0
          for (const gap of gaps) {
            now += gap
            now += lane.startDelay(now, 0)
            expect(lane.startDelay(now, 0)).toBe(0)
            lane.begin(now, 0)
            starts.push(now)
          }
          for (const [i, start] of starts.entries()) {
            const later = starts[i + limit]
            if (later !== undefined) expect(later - start).toBeGreaterThanOrEqual(MINUTE_MS)
          }
        },
      ),
    )
  })
})

describe('tokens per minute', () => {
  test('an estimate is reserved, and settled to what was used', () => {
    const lane = new Lane({ tokensPerMinute: 100 }, new Pause())
    const call = lane.begin(0, 80)
    expect(lane.startDelay(0, 20)).toBe(0)
    expect(lane.startDelay(0, 21)).toBe(MINUTE_MS)
    call.settle(30)
    expect(lane.startDelay(0, 70)).toBe(0)
    expect(lane.startDelay(0, 71)).toBe(MINUTE_MS)
    call.settle(90)
    expect(lane.startDelay(0, 11)).toBe(MINUTE_MS)
  })

  test('a call that is larger than a minute waits until it is alone, not for ever', () => {
    const lane = new Lane({ tokensPerMinute: 100 }, new Pause())
    expect(lane.startDelay(0, 1000)).toBe(0)
    lane.begin(0, 10)
    expect(lane.startDelay(5, 1000)).toBe(MINUTE_MS - 5)
    expect(lane.startDelay(MINUTE_MS, 1000)).toBe(0)
  })

  test('settling a call whose minute is over changes nothing', () => {
    const lane = new Lane({ tokensPerMinute: 100 }, new Pause())
    const call = lane.begin(0, 50)
    expect(lane.startDelay(2 * MINUTE_MS, 100)).toBe(0)
    call.settle(5000)
    expect(lane.startDelay(2 * MINUTE_MS, 100)).toBe(0)
  })

  test('no minute has more tokens than allowed, and every wait ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 50, max: 500 }),
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 9000 }),
            fc.integer({ min: 0, max: 50 }),
            fc.double({ min: 0, max: 1, noNaN: true }),
          ),
          {
            maxLength: 150,
          },
        ),
        (limit, calls) => {
          const lane = new Lane({ tokensPerMinute: limit }, new Pause())
          const used: { at: number; tokens: number }[] = []
          let now = 0
          for (const [gap, tokens, share] of calls) {
            now += gap
            for (let waits = 0; lane.startDelay(now, tokens) > 0; waits++) {
              expect(waits).toBeLessThan(5)
              now += lane.startDelay(now, tokens)
            }
            lane.begin(now, tokens).settle(Math.floor(tokens * share))
            used.push({ at: now, tokens: Math.floor(tokens * share) })
          }
          for (const { at } of used) {
            const minute = used.filter((call) => call.at > at - MINUTE_MS && call.at <= at)
            expect(minute.reduce((sum, call) => sum + call.tokens, 0)).toBeLessThanOrEqual(limit)
          }
        },
      ),
    )
  })
})
