import { expect, test } from 'vitest'
import { Seats } from '../../../src/llms/local/seats.ts'

const never = new AbortController().signal

test('who comes first is served first, and no more at a time than there are seats', async () => {
  const seats = new Seats(['a', 'b'])
  const order: string[] = []
  let running = 0
  let most = 0
  const one = (name: string) =>
    seats.with(never, async (seat) => {
      running += 1
      most = Math.max(most, running)
      order.push(name)
      await new Promise(setImmediate)
      running -= 1
      return seat
    })
  const taken = await Promise.all(['1', '2', '3', '4', '5'].map(one))
  expect(order).toEqual(['1', '2', '3', '4', '5'])
  expect(most).toBe(2)
  expect(new Set(taken)).toEqual(new Set(['a', 'b']))
})

test('a use that fails gives its seat back', async () => {
  const seats = new Seats(['a'])
  await expect(seats.with(never, () => Promise.reject(new Error('oops')))).rejects.toThrow('oops')
  expect(await seats.with(never, (seat) => Promise.resolve(seat))).toBe('a')
})

test('who no longer waits gets no seat', async () => {
  const seats = new Seats(['a'])
  const leaving = new AbortController()
  let end = (): void => {}
  const first = seats.with(never, () => new Promise<void>((resolve) => (end = resolve)))
  const second = seats.with(leaving.signal, () => Promise.resolve('never'))
  const third = seats.with(never, () => Promise.resolve('third'))
  leaving.abort(new Error('left'))
  await expect(second).rejects.toThrow('left')
  end()
  await first
  expect(await third).toBe('third')
  await expect(seats.with(leaving.signal, () => Promise.resolve('never'))).rejects.toThrow('left')
})
