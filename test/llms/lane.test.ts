import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Lane } from '../../src/llms/lane.ts'
import { Account, type Slowed } from '../../src/llms/account.ts'

const MINUTE_MS = 60_000

test('a lane without limits is always open', () => {
  const lane = new Lane({}, new Account())
  for (let i = 0; i < 1000; i++) {
    expect(lane.free).toBe(true)
    expect(lane.startDelay(0, 1e9)).toBe(0)
    lane.begin(0, 1e9)
  }
})

test('no more calls run than its concurrency, and an ended call gives its slot back once', () => {
  const lane = new Lane({ maxConcurrency: 2 }, new Account())
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

const tooMany = (retryAfterMs: number) => ({ code: 'rate-limited', httpStatus: 429, retryAfterMs }) as const

/** An account whose first call has just been refused. */
function refused(at: number, retryAfterMs: number, calls = 1): Lane {
  const lane = new Lane({}, new Account())
  const slots = Array.from({ length: calls }, () => lane.begin(at, 0))
  for (const slot of slots) {
    slot.fail(at, tooMany(retryAfterMs), undefined)
    slot.end()
  }
  return lane
}

/** When so many calls start that are answered at once. */
function startsOf(lane: Lane, from: number, count: number): number[] {
  const starts: number[] = []
  for (let now = from; starts.length < count;) {
    const delay = lane.startDelay(now, 0)
    now += delay
    if (delay > 0) continue
    const slot = lane.begin(now, 0)
    slot.succeed()
    slot.end()
    starts.push(now)
  }
  return starts
}

describe('after a refusal', () => {
  test('nothing starts before the time that the server asks for, in any lane of the account, and a pause is never shortened', () => {
    const account = new Account()
    const a = new Lane({}, account)
    const b = new Lane({}, account)
    const slots = [a.begin(0, 0), b.begin(0, 0)]
    slots[0]!.fail(0, tooMany(1000), undefined)
    slots[1]!.fail(0, tooMany(400), undefined)
    expect([a.startDelay(300, 0), b.startDelay(300, 0)]).toEqual([700, 700])
    expect([a.startDelay(1000, 0), b.startDelay(1000, 0)]).toEqual([0, 0])
  })

  test('calls come back one by one, and closer together with every success', () => {
    const starts = startsOf(refused(0, 1000, 64), 0, 60)
    expect(starts[0]).toBe(1000)
    const gaps = starts.slice(1).map((start, i) => start - starts[i]!)
    expect(gaps[0]).toBeLessThanOrEqual(100)
    expect(gaps[0]).toBeGreaterThan(90)
    for (const [i, gap] of gaps.slice(1).entries()) expect(gap).toBeLessThan(gaps[i]!)
    expect(gaps.at(-1)).toBeLessThan(25)
  })

  test('a burst that is refused counts once, and another refusal halves the pace', () => {
    const lane = refused(0, 1000, 64)
    lane.begin(1000, 0).fail(1000, tooMany(1000), undefined)
    lane.begin(2000, 0)
    expect(lane.startDelay(2000, 0)).toBe(200)
  })

  test('no more calls are in flight than half of those that were too many, and more with every success', () => {
    const lane = new Lane({}, new Account())
    const slots = Array.from({ length: 8 }, () => lane.begin(0, 0))
    for (const slot of slots)
      slot.fail(1, { code: 'server-error', httpStatus: 503, retryAfterMs: undefined }, 5)
    const flying = Array.from({ length: 4 }, (_, call) => lane.begin(1000 + call * 200, 0))
    expect(lane.startDelay(2000, 0)).toBeGreaterThan(0)
    for (const slot of flying) slot.succeed()
    for (let call = 0; call < 5; call++) {
      expect(lane.startDelay(3000 + call * 200, 0)).toBe(0)
      lane.begin(3000 + call * 200, 0)
    }
    expect(lane.startDelay(5000, 0)).toBeGreaterThan(0)
  })

  test('a wait of more than a minute pauses nobody: its message says when to come back', () => {
    expect(refused(0, 61_000).startDelay(100, 0)).toBe(0)
  })

  test('an account that was left alone is as good as new', () => {
    const lane = refused(0, 1000)
    lane.begin(31_000, 0)
    expect(lane.startDelay(31_000, 0)).toBe(0)
  })

  test('errors that say nothing of the load slow nothing down', () => {
    const lane = new Lane({}, new Account())
    lane.begin(0, 0).fail(0, { code: 'server-error', httpStatus: 500, retryAfterMs: undefined }, 100)
    lane
      .begin(0, 0)
      .fail(0, { code: 'connection-failed', httpStatus: undefined, retryAfterMs: undefined }, 100)
    lane.begin(0, 0)
    expect(lane.startDelay(0, 0)).toBe(0)
  })
})

describe('the retries of a run at one server', () => {
  test('are a hundred, and one more for five successes, and those after a timeout count twice', () => {
    const lane = new Lane({}, new Account())
    const take = (code: 'timeout' | 'server-error'): number => {
      let count = 0
      while (lane.takeRetry({ code })) count++
      return count
    }
    expect(take('server-error')).toBe(100)
    for (let call = 0; call < 51; call++) lane.begin(0, 0).succeed()
    expect(take('timeout')).toBe(5)
  })
})

describe('requests per minute', () => {
  test('the next call starts as soon as the oldest of the minute is a minute old', () => {
    const lane = new Lane({ requestsPerMinute: 2 }, new Account())
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
          const lane = new Lane({ requestsPerMinute: limit }, new Account())
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
    const lane = new Lane({ tokensPerMinute: 100 }, new Account())
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
    const lane = new Lane({ tokensPerMinute: 100 }, new Account())
    expect(lane.startDelay(0, 1000)).toBe(0)
    lane.begin(0, 10)
    expect(lane.startDelay(5, 1000)).toBe(MINUTE_MS - 5)
    expect(lane.startDelay(MINUTE_MS, 1000)).toBe(0)
  })

  test('settling a call whose minute is over changes nothing', () => {
    const lane = new Lane({ tokensPerMinute: 100 }, new Account())
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
          const lane = new Lane({ tokensPerMinute: limit }, new Account())
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

describe('a lane among the lanes of other processes', () => {
  /** A neighbourhood in which nothing is heard until `news` is set. */
  function among(others: number, before = 0) {
    const told: Slowed[] = []
    const state: { news: Slowed | undefined } = { news: undefined }
    const account = new Account({
      look() {
        const { news } = state
        state.news = undefined
        return { others, before, news }
      },
      tell: (slowed) => void told.push(slowed),
    })
    return { account, told, state }
  }

  test('uses its share of the requests and tokens of a minute', () => {
    const lane = new Lane({ requestsPerMinute: 9, tokensPerMinute: 90 }, among(3).account)
    lane.startDelay(0, 0)
    lane.begin(0, 10)
    expect(lane.startDelay(0, 12)).toBe(0)
    expect(lane.startDelay(0, 13)).toBe(MINUTE_MS)
    lane.begin(10, 1)
    expect(lane.startDelay(10, 1)).toBe(MINUTE_MS - 10)
  })

  test('may always make one request', () => {
    const lane = new Lane({ requestsPerMinute: 2 }, among(7).account)
    expect(lane.startDelay(0, 0)).toBe(0)
  })

  test('waits when another one was told to, takes its turn after that, and leaves room for all', () => {
    const { account, state } = among(3, 2)
    const lane = new Lane({}, account)
    state.news = { pauseMs: 1000, gapMs: 100 }
    expect(lane.startDelay(0, 0)).toBe(1200)
    expect(lane.startDelay(1200, 0)).toBe(0)
    lane.begin(1200, 0)
    expect(lane.startDelay(1200, 0)).toBe(400)
  })

  test('tells the others of a burst that was refused, and is not slowed down a second time by what it has heard', () => {
    const { account, told, state } = among(1)
    const lane = new Lane({}, account)
    const slots = [lane.begin(0, 0), lane.begin(0, 0)]
    state.news = { pauseMs: 1000, gapMs: 100 }
    lane.startDelay(1, 0)
    slots[0]!.fail(2, tooMany(1000), undefined)
    expect(told).toEqual([{ pauseMs: 1000, gapMs: 100 }])
    lane.begin(2000, 0).fail(2000, tooMany(500), undefined)
    expect(told.at(-1)).toEqual({ pauseMs: 500, gapMs: 200 })
  })
})
