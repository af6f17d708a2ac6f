import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CompiledFlow } from '../../src/index.ts'
import { arbitraryRandomRun, flowOf, type RandomRun } from './arbitrary-graph.ts'
import { compiled, told, type Told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'
import { RunLaws, type Stop } from './run-laws.ts'
import { unread } from './unread-flow.ts'

/** Runs a flow as the random run says, and tells when it was stopped. */
async function toldOf(
  run: RandomRun,
  flow: CompiledFlow,
): Promise<{ readonly told: Told; readonly stop: Stop | undefined }> {
  const { stop, seed, maxConcurrency, failFast } = run
  const world = new HeldWorld({ seed })
  const { clock } = world
  const { signal: never } = new AbortController()
  const controller = new AbortController()
  let count = 0
  let stopped: Stop | undefined
  const interrupt = (): void => {
    stopped = { afterEvents: count, at: clock.now() }
    controller.abort()
  }
  const whole = await told(flow, {
    world,
    maxConcurrency,
    failFast,
    signal: controller.signal,
    ...(stop.kind === 'timeout' ? { timeoutMs: stop.ms } : {}),
    reporters: [
      {
        onEvent: () => {
          count++
          if (stop.kind === 'at-event' && count === stop.event + 1) interrupt()
          if (stop.kind === 'at-time' && count === 1) void clock.sleep(stop.ms, never).then(interrupt)
        },
      },
    ],
  })
  return { told: whole, stop: stopped }
}

const COUNT = 5000

test.each([1, 2, 3, 4])(
  'five thousand random graphs keep every law of a run (part %i of 4)',
  { timeout: 120_000 },
  async (part) => {
    await fc.assert(
      fc.asyncProperty(arbitraryRandomRun, async (run) => {
        const { told, stop } = await toldOf(run, unread(flowOf(run.graph)))
        new RunLaws(run, told, stop).check()
      }),
      { numRuns: COUNT, seed: part, endOnFailure: false },
    )
  },
)

test('a random graph runs alike whether it was read from a text or not, and a second time', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryRandomRun, async (run) => {
      const flow = flowOf(run.graph)
      const fromText = compiled(JSON.stringify(flow))
      const first = (await toldOf(run, unread(flow))).told
      expect((await toldOf(run, fromText)).told).toEqual(first)
      expect((await toldOf(run, fromText)).told).toEqual(first)
    }),
    { numRuns: 150, seed: 1 },
  )
})
