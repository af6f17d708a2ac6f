import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ReadyQueue } from '../../src/run/ready-queue.ts'

test('a ready queue gives the smallest number there is, whatever comes and goes', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat()), { maxLength: 200 }), (actions) => {
      const queue = new ReadyQueue()
      let held: number[] = []
      for (const number of actions) {
        if (number === null) {
          held = held.toSorted((a, b) => a - b)
          expect(queue.take()).toBe(held.shift())
        } else {
          held.push(number)
          queue.add(number)
        }
        expect(queue.size).toBe(held.length)
        expect(queue.first).toBe(held.length === 0 ? undefined : Math.min(...held))
      }
    }),
  )
})
