import { describe, expect, test } from 'vitest'
import { runFlow } from '../../src/run/run-flow.ts'
import { compiled, flowText } from './front-door.ts'
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
