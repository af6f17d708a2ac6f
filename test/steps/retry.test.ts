import { describe, expect, test } from 'vitest'
import { calls, flowText, only, statuses, told, type Told } from '../run/front-door.ts'
import { HeldWorld } from '../run/held-world.ts'

interface Script {
  readonly answers: readonly object[]
  readonly llm?: object
  readonly step?: object
}

/** Runs one step against a script of answers. */
function ask({ answers, llm, step }: Script, seed = 1): Promise<Told> {
  return told(
    flowText({
      llms: { writer: { provider: 'scripted', answers, ...llm } },
      steps: { ask: { prompt: 'Say something', ...step } },
    }),
    { world: new HeldWorld({ seed }) },
  )
}

const fails = (status: number, times = 1): object => ({ status, times })
const answers = { answer: 'hello' }

describe('a call that failed', () => {
  test.each([408, 409, 429, 500, 502, 503, 529])('is made again after status %i', async (status) => {
    const run = await ask({ answers: [fails(status), answers] })
    expect(calls(run)).toBe(2)
    expect(run.result.outputs).toEqual({ ask: 'hello' })
    const [first, second] = run.result.steps['ask']!.call_data!.attempts
    expect(first).toMatchObject({ attempt: 1, status: 'failed', http_status: status })
    expect(second).toMatchObject({ attempt: 2, status: 'succeeded', error: null, wait: null })
    expect(run.result.steps['ask']!.call_data!.retries).toBe(1)
  })

  test.each([400, 401, 402, 403, 404, 413, 422])('is not made again after status %i', async (status) => {
    const run = await ask({ answers: [fails(status), answers] })
    expect(calls(run)).toBe(1)
    expect(run.result.steps['ask']).toMatchObject({ status: 'failed', error: { http_status: status } })
    expect(run.result.steps['ask']!.call_data!.attempts).toMatchObject([{ wait: null }])
  })

  test('is made again as often as max_retries says, and no more', async () => {
    const run = await ask({ answers: [fails(500, 99)], llm: { max_retries: 4 } })
    expect(calls(run)).toBe(5)
    expect(statuses(run)).toEqual({ ask: 'failed' })
    expect(run.result.steps['ask']).toMatchObject({ error: { code: 'server-error', http_status: 500 } })
    expect(only(run, 'attempt-finished').map(({ wait }) => wait === null)).toEqual([
      false,
      false,
      false,
      false,
      true,
    ])
  })

  test('is made again three times where nothing else is said', async () => {
    expect(calls(await ask({ answers: [fails(503, 99)] }))).toBe(4)
  })

  test('is not made again where max_retries is 0, and a step may say so for itself', async () => {
    expect(calls(await ask({ answers: [fails(500), answers], llm: { max_retries: 0 } }))).toBe(1)
    expect(calls(await ask({ answers: [fails(500), answers], step: { max_retries: 0 } }))).toBe(1)
  })

  test('waits before each attempt exactly as long as its record says', async () => {
    const run = await ask({ answers: [fails(500, 3), answers] }, 7)
    const started = only(run, 'attempt-started')
    for (const [index, { at, wait }] of only(run, 'attempt-finished').entries()) {
      if (wait === null) continue
      expect(wait).toBeGreaterThanOrEqual(0)
      expect(wait).toBeLessThanOrEqual(500 * 2 ** index)
      expect(started[index + 1]!.at - at).toBeCloseTo(wait, 2)
    }
    expect(only(run, 'step-started')).toHaveLength(1)
    expect(only(run, 'step-succeeded')).toHaveLength(1)
  })

  test('is told with times that say no more than a microsecond', async () => {
    const run = await ask({ answers: [fails(500, 3), answers] }, 7)
    const waits = only(run, 'attempt-finished').flatMap(({ wait }) => wait ?? [])
    const times = [...run.events.map(({ at }) => at), ...waits]
    expect(times.some((time) => !Number.isInteger(time))).toBe(true)
    for (const time of times) expect(String(time)).toMatch(/^\d+(\.\d{1,3})?$/)
  })

  test('spreads the waits of different runs', async () => {
    const waits = await Promise.all(
      Array.from({ length: 8 }, async (_, seed) => {
        const run = await ask({ answers: [fails(429), answers] }, seed)
        return only(run, 'attempt-finished')[0]!.wait
      }),
    )
    expect(new Set(waits).size).toBe(8)
  })

  test('counts towards the limit of calls of the run', async () => {
    const text = flowText({
      llms: { writer: { provider: 'scripted', max_retries: 9, answers: [fails(500, 99)] } },
      steps: { ask: { prompt: 'Say something' } },
    })
    const run = await told(text, { maxCalls: 3 })
    expect(calls(run)).toBe(3)
    expect(run.result.steps['ask']).toMatchObject({
      status: 'failed',
      error: { code: 'call-limit', help: 'raise the limit with --max-calls' },
    })
  })
})

describe('a time limit', () => {
  test('of a step ends it with an error that names the step, the attempt and the limit', async () => {
    const run = await ask({
      answers: [{ status: 500, delay: '3s', times: 1 }, { delay: '60s' }],
      step: { timeout: '5s' },
    })
    expect(run.result.steps['ask']).toMatchObject({
      status: 'failed',
      error: {
        code: 'timeout',
        message: 'step "ask" took longer than its limit of 5 s, in attempt 2',
        help: 'raise its "timeout"',
      },
    })
    expect(run.events.at(-1)!.at).toBe(5000)
    expect(run.result.status).toBe('failed')
  })

  test('of a step counts from its start, its waits included', async () => {
    const run = await ask({ answers: [fails(500, 99)], llm: { max_retries: 20 }, step: { timeout: '2s' } })
    expect(run.result.steps['ask']).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
    expect(run.events.at(-1)!.at).toBe(2000)
  })

  test('leaves a step alone that ends in time, and no timer behind', async () => {
    const world = new HeldWorld()
    const text = flowText({
      llms: { writer: { provider: 'scripted', answers: [{ answer: 'hello', delay: '1s' }] } },
      steps: { ask: { prompt: 'Say something', timeout: '5s' } },
    })
    const run = await told(text, { world, timeoutMs: 60_000 })
    expect(statuses(run)).toEqual({ ask: 'succeeded' })
    expect(world.waiting).toBe(0)
  })

  test('of the run cancels what runs and what waits', async () => {
    const text = flowText({
      llms: { writer: { provider: 'scripted', answers: [{ answer: 'hello', delay: '1s' }] } },
      steps: { a: { prompt: 'A' }, b: { prompt: 'B {a}' }, c: { prompt: 'C {b}' } },
    })
    const run = await told(text, { timeoutMs: 1500 })
    expect(statuses(run)).toEqual({ a: 'succeeded', b: 'cancelled', c: 'cancelled' })
    expect(run.result).toMatchObject({ status: 'cancelled', reason: 'timeout', outputs: { a: 'hello' } })
    expect(only(run, 'run-finished')[0]).toMatchObject({ at: 1500, reason: 'timeout' })
    expect(run.result.steps['b']).toMatchObject({
      reason: 'the time limit of the run passed',
      call_data: { attempts: [{ status: 'cancelled', error: { code: 'cancelled' } }] },
    })
  })
})
