import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { limitedServer, mostWithin } from '../run/rate-limited-server.ts'
import { folderWith, llmflows } from './llmflows.ts'

const PROCESSES = 8
const STEPS = 8

test(
  'eight processes that share a folder keep to what a server allows, all together',
  { timeout: 60_000 },
  async () => {
    const headers = (_left: number, isAnswered: boolean) => (isAnswered ? {} : { 'retry-after': '1' })
    await using server = await limitedServer({ perSecond: 10, burst: 10, headers })
    const llms = { limited: { provider: 'openai-compatible', model: 'm', base_url: server.url } }
    const steps = { each: { prompt: 'Hi {index}', for_each: STEPS } }
    const cwd = folderWith({ 'flow.yaml': JSON.stringify({ llmflows: 1, name: 'shared', llms, steps }) })
    const all = await Promise.all(
      Array.from({ length: PROCESSES }, () => llmflows(['run', 'flow.yaml'], { cwd })),
    )
    expect(all.map(({ status }) => status)).toEqual(all.map(() => 0))
    const times = server.requests.map(({ at }) => at)
    expect(times.length).toBeLessThanOrEqual(2 * PROCESSES * STEPS)
    // What came at once at the start cannot be known to be too much.
    expect(mostWithin(times.slice(PROCESSES * STEPS), 50)).toBeLessThanOrEqual(8)
    const limits = join(cwd, '.llmflows', 'limits')
    expect(readdirSync(limits).flatMap((account) => readdirSync(join(limits, account)))).toEqual([])
  },
)
