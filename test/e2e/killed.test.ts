import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FaultServer } from '../servers/fault-server.ts'
import { killedRun, startSlowServer, STEPS, WIDTH } from './killed-run.ts'

let server: FaultServer
let whole: string

beforeAll(async () => {
  server = await startSlowServer()
  const run = await killedRun(server, [])
  expect(run).toMatchObject({ kills: 0, calls: STEPS, status: 0, stderr: '' })
  whole = run.output
})
afterAll(() => server.close())

test.each([[[120]], [[90, 110, 130, 150, 170]], [[140, 140, 140]], [[200, 60, 250, 70, 160]]])(
  'a run that is killed repeats the calls in flight at most, and ends as any other: after %j ms',
  async (killAfterMs) => {
    const { kills, calls, output, status, stderr } = await killedRun(server, killAfterMs)
    expect([status, stderr, output]).toEqual([0, '', whole])
    expect(calls).toBeGreaterThanOrEqual(STEPS)
    expect(calls).toBeLessThanOrEqual(STEPS + kills * WIDTH)
  },
)
