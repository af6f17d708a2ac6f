import { expect, test } from 'vitest'
import { Turns } from '../../../src/llms/embedded/turns.ts'

const never = new AbortController().signal

test('one is admitted in each round of the event loop, in the order of asking', async () => {
  const turns = new Turns()
  let round = 0
  let counting = true
  const count = (): void => {
    round += 1
    if (counting) setImmediate(count)
  }
  setImmediate(count)
  const admitted: { readonly who: number; readonly round: number }[] = []
  await Promise.all(
    [0, 1, 2, 3, 4].map(async (who) => {
      for (let i = 0; i < 3; i++) {
        await turns.wait(never)
        admitted.push({ who, round })
      }
    }),
  )
  counting = false
  expect(admitted.map(({ who }) => who)).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4, 0, 1, 2, 3, 4])
  expect(new Set(admitted.map((turn) => turn.round)).size).toBe(15)
})

test('whoever is aborted leaves at once, and the others keep their places', async () => {
  const turns = new Turns()
  const controller = new AbortController()
  const order: string[] = []
  const first = turns
    .wait(controller.signal)
    .catch((reason: unknown) => order.push(`left: ${String(reason)}`))
  const second = turns.wait(never).then(() => order.push('second'))
  controller.abort('enough')
  await Promise.all([first, second])
  expect(order).toEqual(['left: enough', 'second'])
})

test('whoever was aborted before asking is not admitted', async () => {
  await expect(new Turns().wait(AbortSignal.abort('too late'))).rejects.toBe('too late')
})
