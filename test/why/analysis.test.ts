import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyse } from '../../src/run/analysis.ts'
import { pastRun, type PastRun } from '../../src/run/past-run.ts'
import { whatIf } from '../../src/run/what-if.ts'
import { runFlow } from '../../src/index.ts'
import { compiled, flowText } from '../run/front-door.ts'
import { HeldWorld } from '../run/held-world.ts'

const unlimited = { ofLlm: () => undefined, ofStep: () => undefined }

interface Job {
  readonly needs: readonly number[]
  readonly ms: number
}

const arbitraryJobs: fc.Arbitrary<readonly Job[]> = fc
  .array(
    fc.record({
      picks: fc.array(fc.nat({ max: 99 }), { maxLength: 3 }),
      ms: fc.integer({ min: 50, max: 900 }),
    }),
    {
      minLength: 2,
      maxLength: 9,
    },
  )
  .map((jobs) =>
    jobs.map(({ picks, ms }, job) => ({
      ms,
      needs: job === 0 ? [] : [...new Set(picks.map((pick) => pick % job))],
    })),
  )

/** Runs jobs as steps of a scripted LLM, in held time. */
async function ran(jobs: readonly Job[], maxConcurrency = 1000): Promise<PastRun> {
  const answers = jobs.map(({ ms }, job) => ({ match: `job ${job}.`, answer: 'x', delay: `${ms}ms` }))
  const steps = jobs.map(({ needs }, job) => [
    `s${job}`,
    { prompt: `job ${job}. ${needs.map((need) => `{s${need}}`).join(' ')}` },
  ])
  const text = flowText({
    llms: { a: { provider: 'scripted', model: 'm', answers } },
    steps: Object.fromEntries(steps),
    outputs: jobs.map((_, job) => `s${job}`),
  })
  const world = new HeldWorld()
  return pastRun(await world.finish(runFlow(compiled(text), { world, maxConcurrency })))
}

describe('slack', () => {
  test('is what a step can take longer: so much does not delay the end, and more does', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryJobs, fc.nat({ max: 8 }), async (jobs, pick) => {
        const job = pick % jobs.length
        const run = await ran(jobs)
        const slack = analyse(run).slackMs.get(`s${job}`)!
        const slower = (more: number): readonly Job[] =>
          jobs.map((one, index) => (index === job ? { ...one, ms: one.ms + more } : one))
        expect((await ran(slower(slack))).durationMs).toBe(run.durationMs)
        expect((await ran(slower(slack + 50))).durationMs).toBe(run.durationMs + 50)
      }),
      { numRuns: 60 },
    )
  })
})

describe('what another --max-concurrency would have made of a run', () => {
  test('is what a run with it takes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryJobs, fc.constantFrom(1, 2, 3, 1000), async (jobs, maxConcurrency) => {
        const run = await ran(jobs, maxConcurrency)
        for (const { maxConcurrency: other, durationMs } of whatIf(run, analyse(run), unlimited))
          expect((await ran(jobs, other)).durationMs).toBe(durationMs)
      }),
      { numRuns: 60 },
    )
  })

  test('ends where more would change nothing, and is not there when nothing would change', async () => {
    const wide = await ran(Array.from({ length: 5 }, () => ({ needs: [], ms: 100 })))
    expect(whatIf(wide, analyse(wide), undefined)).toEqual([
      { maxConcurrency: 1, durationMs: 500, isEnough: false },
      { maxConcurrency: 2, durationMs: 300, isEnough: false },
      { maxConcurrency: 4, durationMs: 200, isEnough: false },
      { maxConcurrency: 8, durationMs: 100, isEnough: true },
    ])
    const chain = await ran(
      Array.from({ length: 5 }, (_, job) => ({ needs: job === 0 ? [] : [job - 1], ms: 100 })),
    )
    expect(whatIf(chain, analyse(chain), undefined)).toEqual([])
  })

  test('knows limits of the flow, and is silent about a run with waits when it does not know them', async () => {
    const jobs = Array.from({ length: 6 }, () => ({ needs: [], ms: 100 }))
    const run = await ran(jobs, 3)
    expect(whatIf(run, analyse(run), undefined)).toEqual([])
    const ofThree = { ...unlimited, ofLlm: () => 3 }
    expect(whatIf(run, analyse(run), ofThree)).toEqual([
      { maxConcurrency: 1, durationMs: 600, isEnough: false },
      { maxConcurrency: 2, durationMs: 300, isEnough: false },
      { maxConcurrency: 4, durationMs: 200, isEnough: true },
    ])
  })
})
