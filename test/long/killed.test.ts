import { afterAll, beforeAll, expect, test } from 'vitest'
import { killedRun, startSlowServer, STEPS, WIDTH } from '../e2e/killed-run.ts'
import type { FaultServer } from '../servers/fault-server.ts'

let server: FaultServer

beforeAll(async () => void (server = await startSlowServer()))
afterAll(() => server.close())

test(
  '150 kills at random times cost no more than the calls in flight',
  { timeout: 20 * 60_000 },
  async () => {
    const whole = await killedRun(server, [])
    expect(whole).toMatchObject({ kills: 0, calls: STEPS, status: 0 })
    let [kills, repeated] = [0, 0]
    while (kills < 150) {
      const run = await killedRun(
        server,
        Array.from({ length: 5 }, () => 60 + Math.random() * 200),
      )
      expect([run.status, lastOf(run.output)]).toEqual([0, lastOf(whole.output)])
      expect(run.calls).toBeLessThanOrEqual(STEPS + run.kills * WIDTH)
      kills += run.kills
      repeated += run.calls - STEPS
    }
    console.log(`${kills} kills, ${repeated} calls repeated: ${(repeated / kills).toFixed(2)} a kill`)
  },
)

function lastOf(output: string): string {
  return (JSON.parse(output) as { outputs: { last: string } }).outputs.last
}
