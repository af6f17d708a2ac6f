import { expect, test } from 'vitest'
import { runFlow, type RunEvent, type World } from '../../src/index.ts'
import { compiled, flowText } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const flow = compiled(
  flowText({
    llms: { writer: { provider: 'scripted', answers: [{ answer: 'ok', delay: '10s' }] } },
    steps: { a: { prompt: 'a' }, b: { prompt: '{a}' } },
  }),
)

test('a call that does not hear that it is stopped is given up after the grace, and changes nothing later', async () => {
  const held = new HeldWorld()
  const { signal: never } = new AbortController()
  const { clock } = held
  const deaf: World = {
    env: {},
    random: held.random,
    clock: { ...clock, sleep: (ms) => clock.sleep(ms, never) },
  }
  const events: RunEvent[] = []
  const controller = new AbortController()
  const onEvent = (event: RunEvent): void => {
    if (events.push(event) === 1) void clock.sleep(5000, never).then(() => controller.abort())
  }
  const run = runFlow(flow, { world: deaf, signal: controller.signal, reporters: [{ onEvent }] })
  const result = await held.finish(run)
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', at: 6500, status: 'cancelled' })
  expect(result.steps['a']).toMatchObject({ status: 'cancelled', reason: 'the run was interrupted' })
  const count = events.length
  await held.finish(clock.sleep(60_000, never))
  expect(events).toHaveLength(count)
})

test('time begins at zero and never goes back, whatever the clock says', async () => {
  const held = new HeldWorld()
  const { clock } = held
  const times = [5000, 5003, 4000, 4001, 5001, 1]
  let asked = 0
  const wild: World = {
    env: {},
    random: held.random,
    clock: { ...clock, now: () => times[asked++ % times.length]! },
  }
  const events: RunEvent[] = []
  await held.finish(
    runFlow(flow, { world: wild, reporters: [{ onEvent: (event) => void events.push(event) }] }),
  )
  expect(events[0]!.at).toBe(0)
  const all = events.map(({ at }) => at)
  expect(all).toEqual(all.toSorted((one, other) => one - other))
  expect(all.at(-1)).toBe(3)
})
