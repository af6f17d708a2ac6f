import { describe, expect, test } from 'vitest'
import { runFlow } from '../../src/run/run-flow.ts'
import { compiled, flowText, only, told } from './front-door.ts'
import { limitedServer, mostWithin, type LimitedServer } from './rate-limited-server.ts'

const STEPS = 64
const limit = { perSecond: 10, burst: 10 }

/** Sixty-four steps that are ready at once. */
function fan(server: LimitedServer, llm: object = {}, steps = STEPS) {
  const text = flowText({
    llms: { limited: { provider: 'openai', model: 'm', base_url: server.url, ...llm } },
    steps: { each: { prompt: 'Hi {index}', for_each: steps } },
  })
  return runFlow(compiled(text), { env: { OPENAI_API_KEY: 'sk-test-not-a-real-key' } })
}

function numbers({ requests }: LimitedServer) {
  const times = requests.map(({ at }) => at)
  // What came at once at the start cannot be known to be too much.
  const later = times.slice(STEPS)
  return { count: times.length, mostAtOnce: mostWithin(later, 50), last: times.at(-1) }
}

describe.concurrent('sixty-four steps at once against a server that allows ten requests a second', () => {
  test.each([
    ['says when to come back', { 'retry-after': '1' }],
    ['says nothing', {}],
  ])('all succeed with at most twice the requests, and never in bursts, when it %s', async (_, headers) => {
    await using server = await limitedServer({ ...limit, headers: (_left, ok) => (ok ? {} : headers) })
    const result = await fan(server)
    expect(result.status).toBe('succeeded')
    const { count, mostAtOnce } = numbers(server)
    expect(count).toBeLessThanOrEqual(2 * STEPS)
    expect(mostAtOnce).toBeLessThanOrEqual(8)
  })
})

test('a server that tells what is left of its limits refuses next to nothing, and one that has plenty left is not held back', async () => {
  const headers = (left: number) => ({
    'x-ratelimit-limit-requests': '20',
    'x-ratelimit-remaining-requests': String(left),
    'x-ratelimit-reset-requests': `${20 - left}00ms`,
  })
  await using scarce = await limitedServer({ perSecond: 10, burst: 20, headers })
  const llm = { max_concurrency: 4 }
  expect((await fan(scarce, llm, 50)).status).toBe('succeeded')
  expect(scarce.requests.length).toBeLessThanOrEqual(60)
  const plenty = { 'x-ratelimit-remaining-requests': '4999', 'x-ratelimit-reset-requests': '6m0s' }
  await using ample = await limitedServer({ perSecond: 1e6, burst: 1e6, headers: () => plenty })
  const result = await fan(ample, llm, 50)
  expect(result.status).toBe('succeeded')
  expect(ample.requests).toHaveLength(50)
})

test('a server that is down costs a run a hundred retries, and not those of every step', async () => {
  const answers = [{ status: 500, times: 9999 }]
  const text = flowText({
    llms: { down: { provider: 'scripted', max_retries: 3, answers } },
    steps: { each: { prompt: 'Hi {index}', for_each: 150 } },
  })
  const run = await told(text)
  expect(only(run, 'attempt-started')).toHaveLength(150 + 100)
  const helps = Object.values(run.result.steps).map(({ error }) => error?.help ?? '')
  expect(helps.at(-1)).toMatch(/^not tried again: the run has used up its retries at this server/)
})

test('nine steps that all fail twice succeed', async () => {
  const answers = Array.from({ length: 9 }, (_, index) => [
    { match: `Hi ${index}`, status: 500, times: 2 },
    { match: `Hi ${index}`, answer: 'yes' },
  ]).flat()
  const text = flowText({
    llms: { flaky: { provider: 'scripted', answers } },
    steps: { each: { prompt: 'Hi {index}', for_each: 9 } },
  })
  const run = await told(text)
  expect(run.result.status).toBe('succeeded')
  expect(only(run, 'attempt-started')).toHaveLength(27)
})
