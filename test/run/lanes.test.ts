import { describe, expect, test } from 'vitest'
import { prepareRun } from '../../src/run/prepare.ts'
import { compiled, flowText, only, statuses, told, type Told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const MINUTE = 60_000

/** The most attempts, or their tokens, that start within any minute. */
function mostInAMinute(starts: readonly { readonly at: number; readonly weight: number }[]): number {
  return Math.max(
    ...starts.map(({ at }) =>
      starts
        .filter((one) => one.at >= at && one.at < at + MINUTE)
        .reduce((sum, { weight }) => sum + weight, 0),
    ),
  )
}

function fan(llm: object, steps: object, options: Parameters<typeof told>[1] = {}): Promise<Told> {
  const answers = [{ answer: 'one two', delay: '100ms' }]
  return told(flowText({ llms: { writer: { provider: 'scripted', answers, ...llm } }, steps }), options)
}

function mostAtOnce(run: Told): number {
  let running = 0
  let most = 0
  for (const { type } of run.events) {
    if (type === 'step-started') most = Math.max(most, ++running)
    if (type === 'step-succeeded' || type === 'step-failed') running--
  }
  return most
}

describe('the limits of an LLM', () => {
  test('max_concurrency holds its calls back, and nobody else', async () => {
    const answers = [{ answer: 'hello', delay: '100ms' }]
    const run = await told(
      flowText({
        llms: {
          slow: { provider: 'scripted', max_concurrency: 2, answers },
          quick: { provider: 'scripted', answers },
        },
        steps: {
          a: { prompt: 'a', llm: 'slow', for_each: 6 },
          b: { prompt: 'b', llm: 'quick', for_each: 6 },
        },
      }),
    )
    const startsOf = (step: string): number[] =>
      only(run, 'step-started')
        .filter(({ step: id }) => id.startsWith(step))
        .map(({ at }) => at)
    expect(startsOf('a')).toEqual([0, 0, 100, 100, 200, 200])
    expect(startsOf('b')).toEqual([0, 0, 0, 0, 0, 0])
  })

  test('max_concurrency holds while calls are made again', async () => {
    const answers = [
      { status: 500, times: 9 },
      { answer: 'hello', delay: '100ms' },
    ]
    const llm = { max_concurrency: 2, requests_per_minute: 4, max_retries: 20, answers }
    const run = await fan(llm, { a: { prompt: 'a', for_each: 6 }, b: { prompt: 'b', for_each: 3 } })
    expect(mostAtOnce(run)).toBe(2)
    let open = 0
    for (const { type } of run.events) {
      if (type === 'attempt-started') expect(++open).toBeLessThanOrEqual(2)
      if (type === 'attempt-finished') open--
    }
    expect(run.result.status).toBe('succeeded')
  })

  test('requests_per_minute holds in every minute, retries included, and is used up', async () => {
    const answers = [{ status: 503, times: 2 }, { answer: 'hello' }]
    const run = await fan({ requests_per_minute: 10, answers }, { each: { prompt: 'x', for_each: 33 } })
    const starts = only(run, 'attempt-started').map(({ at }) => ({ at, weight: 1 }))
    expect(starts).toHaveLength(35)
    expect(mostInAMinute(starts)).toBe(10)
    expect(run.events.at(-1)!.at).toBe(3 * MINUTE)
    expect(run.result.status).toBe('succeeded')
  })

  test('tokens_per_minute holds in every minute, prompts included, whichever step is first', async () => {
    const long = 'word '.repeat(400)
    const run = await fan(
      { tokens_per_minute: 2000, max_tokens: 100, answers: [{ answer: 'w '.repeat(100), delay: '5s' }] },
      {
        small: { prompt: 'x', max_tokens: 10, on_truncated: 'continue' },
        large: { prompt: `${long} {index}`, for_each: 7 },
        wide: { prompt: 'y {index}', max_tokens: 900, for_each: 3 },
      },
    )
    const usage = new Map(only(run, 'attempt-finished').map(({ step, usage: used }) => [step, used!]))
    const starts = only(run, 'attempt-started').map(({ at, step }) => {
      const used = usage.get(step)!
      return { at, weight: used.input_tokens + used.output_tokens }
    })
    expect(starts).toHaveLength(11)
    expect(mostInAMinute(starts)).toBeLessThanOrEqual(2000)
    const reserved = only(run, 'step-started').map(({ at, prompt, model_config: config }) => ({
      at,
      weight: Math.ceil(prompt!.length / 4) + config!.max_tokens,
    }))
    const firstSecond = reserved.filter(({ at }) => at === 0)
    expect(firstSecond.reduce((sum, { weight }) => sum + weight, 0)).toBeLessThanOrEqual(2000)
    expect(run.result.status).toBe('succeeded')
  })

  test('a call larger than the tokens of a minute runs alone, instead of never', async () => {
    const run = await fan({ tokens_per_minute: 50, max_tokens: 100 }, { each: { prompt: 'x', for_each: 3 } })
    expect(run.result.status).toBe('succeeded')
    expect(mostInAMinute(only(run, 'attempt-started').map(({ at }) => ({ at, weight: 1 })))).toBeLessThan(3)
  })

  test('a 429 holds all calls of the account back until its wait is over', async () => {
    const answers = [
      { match: 'first', status: 429, times: 1 },
      { match: 'first', answer: 'hello' },
    ]
    const run = await told(
      flowText({
        llms: {
          one: { provider: 'scripted', answers },
          two: { provider: 'scripted', answers: [{ answer: 'hello', delay: '1ms' }] },
        },
        steps: {
          first: { prompt: 'first', llm: 'one' },
          lead: { prompt: 'lead', llm: 'two' },
          later: { prompt: 'after {lead}', llm: 'two' },
        },
      }),
    )
    const wait = only(run, 'attempt-finished', 'first')[0]!.wait!
    expect(wait).toBeGreaterThan(1)
    const back = only(run, 'attempt-started').flatMap(({ at, step }) =>
      step === 'lead' || at === 0 ? [] : [at],
    )
    expect(back).toHaveLength(2)
    // One at once, and the other not together with it.
    expect(back[0]).toBeGreaterThan(1)
    expect(back[1]! - back[0]!).toBeGreaterThan(40)
    expect(Math.max(...back)).toBeGreaterThanOrEqual(wait)
    expect(statuses(run)).toEqual({ first: 'succeeded', lead: 'succeeded', later: 'succeeded' })
  })

  test('a pause is for all that call one server with one key, in whatever words the flow says so, and for nobody else', async () => {
    const env = { OPENAI_API_KEY: 'sk-test-not-a-real-key', OPENAI_API_KEY_WORK: 'sk-test-not-a-real-key-2' }
    const llms = {
      plain: { provider: 'openai', model: 'm' },
      named: { provider: 'openai', model: 'n', api_key_env: 'OPENAI_API_KEY' },
      placed: { provider: 'openai', model: 'o', base_url: 'https://api.openai.com:443/v1/' },
      work: { provider: 'openai', model: 'm', api_key_env: 'OPENAI_API_KEY_WORK' },
      local: { provider: 'ollama', model: 'm' },
    }
    const steps = Object.fromEntries(Object.keys(llms).map((llm) => [`by_${llm}`, { prompt: 'Hi', llm }]))
    const prepared = await prepareRun(compiled(flowText({ llms, steps })), {
      inputs: new Map(),
      world: new HeldWorld({ env }),
      allowHosts: [],
      allowEnv: [],
      needsPrices: false,
      callsNobody: false,
      maxCalls: 10,
      maxItems: 10,
      noCode: false,
      onOutput: undefined,
      onReporterError: () => {},
    })
    const call = prepared.llms.get('plain')!.lane.begin(-1, 0)
    call.fail(0, { code: 'rate-limited', httpStatus: 429, retryAfterMs: 1000 }, undefined)
    const delays = Array.from(prepared.llms, ([name, { lane }]) => [name, lane.startDelay(0, 0)])
    expect(Object.fromEntries(delays)).toEqual({ plain: 1000, named: 1000, placed: 1000, work: 0, local: 0 })
  })
})
