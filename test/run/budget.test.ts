import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Budget, type BudgetLimit, type Reservation } from '../../src/run/budget.ts'

const nothing = { calls: 0, tokens: 0, cost: 0 }
const unlimited = { calls: undefined, tokens: undefined, cost: undefined }
const { signal } = new AbortController()

function isRoom(answer: Reservation | BudgetLimit): answer is Reservation {
  return typeof answer === 'object'
}

describe('a budget', () => {
  test('gives room at once, as long as there is some', () => {
    const budget = new Budget({ ...unlimited, cost: 0.3 }, nothing)
    for (let call = 0; call < 3; call++)
      expect(budget.reserve({ tokens: 1, cost: 0.1 }, signal)).toBeTypeOf('object')
  })

  test('lets a call wait for those under way, which may take less than they might', async () => {
    const budget = new Budget({ ...unlimited, cost: 1 }, nothing)
    const first = budget.reserve({ tokens: 0, cost: 0.8 }, signal) as Reservation
    const second = budget.reserve({ tokens: 0, cost: 0.8 }, signal)
    expect(second).toBeInstanceOf(Promise)
    first.settle({ tokens: 0, cost: 0.1 })
    expect(isRoom(await second)).toBe(true)
  })

  test('refuses what does not fit when nothing is under way, and names the limit', async () => {
    const budget = new Budget({ calls: 2, tokens: 100, cost: 1 }, nothing)
    expect(budget.reserve({ tokens: 101, cost: 0 }, signal)).toBe('tokens')
    expect(budget.reserve({ tokens: 0, cost: 1.01 }, signal)).toBe('cost')
    const first = budget.reserve({ tokens: 60, cost: 0.6 }, signal) as Reservation
    const second = budget.reserve({ tokens: 60, cost: 0.6 }, signal)
    first.settle({ tokens: 60, cost: 0.6 })
    expect(await second).toBe('tokens')
  })

  test('counts calls for good', () => {
    const budget = new Budget({ ...unlimited, calls: 1 }, nothing)
    const first = budget.reserve({ tokens: 0, cost: 0 }, signal) as Reservation
    expect(budget.reserve({ tokens: 0, cost: 0 }, signal)).toBe('calls')
    first.settle({ tokens: 0, cost: 0 })
    expect(budget.reserve({ tokens: 0, cost: 0 }, signal)).toBe('calls')
  })

  test('goes on where an earlier session of the run has ended', () => {
    const budget = new Budget({ calls: 5, tokens: 100, cost: 1 }, { calls: 4, tokens: 90, cost: 0.5 })
    expect(budget.reserve({ tokens: 11, cost: 0 }, signal)).toBe('tokens')
    expect(budget.reserve({ tokens: 10, cost: 0.5 }, signal)).toBeTypeOf('object')
    expect(budget.reserve({ tokens: 0, cost: 0 }, signal)).toBe('calls')
  })

  test('lets those behind a call that gives up move on', async () => {
    const budget = new Budget({ ...unlimited, tokens: 10 }, nothing)
    void budget.reserve({ tokens: 8, cost: 0 }, signal)
    const stop = new AbortController()
    const large = Promise.resolve(budget.reserve({ tokens: 9, cost: 0 }, stop.signal))
    const small = budget.reserve({ tokens: 2, cost: 0 }, signal)
    stop.abort(new Error('stopped'))
    await expect(large).rejects.toThrow('stopped')
    expect(isRoom(await small)).toBe(true)
  })

  test('adds tenths of a dollar exactly', () => {
    const budget = new Budget({ ...unlimited, cost: 1 }, nothing)
    for (let call = 0; call < 10; call++) {
      const room = budget.reserve({ tokens: 0, cost: 0.1 }, signal)
      expect(isRoom(room as Reservation)).toBe(true)
      ;(room as Reservation).settle({ tokens: 0, cost: 0.1 })
    }
    expect(budget.reserve({ tokens: 0, cost: 0.000001 }, signal)).toBe('cost')
  })
})

const amount = fc.record({ tokens: fc.nat(100), cost: fc.nat(1000).map((mills) => mills / 1000) })

test('no order of calls, however they turn out, takes more than the budget', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        calls: fc.option(fc.nat(20), { nil: undefined }),
        tokens: fc.option(fc.nat(400), { nil: undefined }),
        cost: fc.option(
          fc.nat(4000).map((mills) => mills / 1000),
          { nil: undefined },
        ),
      }),
      fc.array(
        fc.record({ most: amount, share: fc.double({ min: 0, max: 1, noNaN: true }), gap: fc.nat(3) }),
        {
          maxLength: 40,
        },
      ),
      async (limits, calls) => {
        const budget = new Budget(limits, nothing)
        const taken = { calls: 0, tokens: 0, cost: 0 }
        const underWay: (() => void)[] = []
        let answered = 0
        const made = calls.map(async ({ most, share, gap }) => {
          const room = await budget.reserve(most, signal)
          answered++
          if (typeof room === 'string') {
            expect(limits[room]).toBeDefined()
            return
          }
          const used = {
            tokens: Math.floor(most.tokens * share),
            cost: Math.floor(most.cost * share * 1000) / 1000,
          }
          taken.calls++
          taken.tokens += used.tokens
          taken.cost += used.cost
          expect(taken.calls).toBeLessThanOrEqual(limits.calls ?? Infinity)
          expect(taken.tokens).toBeLessThanOrEqual(limits.tokens ?? Infinity)
          expect(taken.cost).toBeLessThanOrEqual((limits.cost ?? Infinity) + 1e-9)
          await new Promise<void>((resolve) => underWay.splice(gap, 0, resolve))
          room.settle(used)
        })
        // Ends what is under way, one after the other; whoever waits then is let in or refused.
        for (let idle = 0; answered < calls.length || underWay.length > 0;) {
          await new Promise(setImmediate)
          const end = underWay.shift()
          if (end === undefined && ++idle > 3) break
          end?.()
        }
        await Promise.all(made)
        expect(answered).toBe(calls.length)
      },
    ),
    { numRuns: 100 },
  )
})
