import { afterAll, beforeAll, expect, test } from 'vitest'
import type { FaultServer } from '../servers/fault-server.ts'
import { killedRun, startSlowServer, STEPS, WIDTH } from './killed-run.ts'

let server: FaultServer
let whole: string

beforeAll(async () => {
  server = await startSlowServer()
  const run = await killedRun(server, [])
  expect(run).toMatchObject({ kills: 0, calls: STEPS, status: 0, stderr: '' })
  whole = lastOf(run.output)
})
afterAll(() => server.close())

function lastOf(output: string): string {
  return (JSON.parse(output) as { outputs: { last: string } }).outputs.last
}

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const)(
  'a run that %s stops tells what there is, and is resumed to its end',
  async (signal, exitCode) => {
    const { kills, stopped, calls, output, status } = await killedRun(server, [3, 5], signal)
    expect(kills).toBeGreaterThan(0)
    for (const told of stopped) {
      expect(told.status).toBe(exitCode)
      expect(JSON.parse(told.stdout)).toMatchObject({
        llmflows: 1,
        status: 'cancelled',
        reason: 'interrupted',
      })
    }
    expect([status, lastOf(output)]).toEqual([0, whole])
    expect(calls).toBeLessThanOrEqual(STEPS + kills * WIDTH)
  },
)

test.each([[[120]], [[90, 110, 130, 150, 170]], [[140, 140, 140]], [[200, 60, 250, 70, 160]]])(
  'a run that is killed repeats the calls in flight at most, and ends as any other: after %j ms',
  async (killAfterMs) => {
    const { kills, calls, output, status, stderr } = await killedRun(server, killAfterMs)
    expect([status, stderr, lastOf(output)]).toEqual([0, '', whole])
    expect(calls).toBeGreaterThanOrEqual(STEPS)
    expect(calls).toBeLessThanOrEqual(STEPS + kills * WIDTH)
  },
)
