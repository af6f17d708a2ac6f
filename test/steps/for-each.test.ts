import { describe, expect, test } from 'vitest'
import { RunRefused } from '../../src/index.ts'
import { calls, compiled, flowText, only, statuses, told, type Told } from '../run/front-door.ts'
import { HeldWorld } from '../run/held-world.ts'

const llms = { writer: { provider: 'scripted', answers: [{ answer: '{prompt}', delay: '10ms' }] } }

function run(steps: object, inputs: Readonly<Record<string, string | string[]>> = {}): Promise<Told> {
  const declared = Object.entries(inputs).map(([name, value]) => [
    name,
    { type: Array.isArray(value) ? 'array' : 'string' },
  ])
  const parts = declared.length === 0 ? {} : { inputs: Object.fromEntries(declared) }
  return told(flowText({ ...parts, llms, steps }), { inputs })
}

/** The most steps that ran at once. */
function width({ events }: Told): number {
  let running = 0
  let most = 0
  for (const { type } of events) {
    if (type === 'step-started') most = Math.max(most, ++running)
    if (type === 'step-succeeded' || type === 'step-failed') running--
  }
  return most
}

describe('a step over items', () => {
  test('gives one list in item order, for a count', async () => {
    const { result } = await run({ each: { prompt: 'No {index} is {item}', for_each: 3 } })
    expect(result.outputs).toEqual({ each: ['No 0 is 0', 'No 1 is 1', 'No 2 is 2'] })
    expect(Object.keys(result.steps)).toEqual(['each[0]', 'each[1]', 'each[2]'])
  })

  test('gives one list in item order, for a list', async () => {
    const { result } = await run({
      each: { prompt: '{index}: {colour}', for_each: ['red', 'blue'], as: 'colour' },
    })
    expect(result.outputs).toEqual({ each: ['0: red', '1: blue'] })
    expect(result.steps['each[1]']).toMatchObject({ prompt_inputs: { colour: 'blue', index: 1 } })
  })

  test('has items that may use inputs and steps, which it then needs', async () => {
    const done = await run(
      {
        first: { prompt: 'one' },
        each: { prompt: '<{item}>', for_each: ['{first}', 'two {topic}', '{topic}'] },
      },
      { topic: 'rain' },
    )
    expect(done.result.outputs).toEqual({ first: 'one', each: ['<one>', '<two rain>', '<rain>'] })
    expect(only(done, 'run-started')[0]!.steps[1]).toMatchObject({ id: 'each[0]', needs: ['first'] })
  })

  test('takes as many items as a list input has', async () => {
    const steps = { each: { prompt: '<{item}>', for_each: '{products}' }, after: { prompt: 'all {each}' } }
    const done = await run(steps, { products: ['tea', 'jam'] })
    expect(done.result.outputs).toEqual({ each: ['<tea>', '<jam>'], after: 'all ["<tea>","<jam>"]' })
  })

  test('gives an empty list for an empty list, and what needs it goes on', async () => {
    const steps = { each: { prompt: '<{item}>', for_each: '{products}' }, after: { prompt: 'all {each}' } }
    const done = await run(steps, { products: [] })
    expect(calls(done)).toBe(1)
    expect(done.result.outputs).toEqual({ each: [], after: 'all []' })
    expect(done.result.status).toBe('succeeded')
  })

  test('that is empty lets another empty one and a chain behind it go on at once', async () => {
    const done = await run(
      {
        a: { prompt: '{item}', for_each: '{none}' },
        b: { prompt: '{item} {a}', for_each: '{none}' },
        c: { value: ['{a}', '{b}'] },
      },
      { none: [] },
    )
    expect(done.result.outputs).toEqual({ a: [], b: [], c: [[], []] })
  })

  test('names its items and keys after the index', async () => {
    const { result } = await run({
      each: {
        name: 'Critic {index} on {item}',
        prompt: '{item}',
        for_each: ['a', 'b'],
        output_key: 'review_{index}',
      },
      after: { prompt: '{review_1}{review_0}' },
    })
    expect(result.outputs).toEqual({ review_0: 'a', review_1: 'b', after: 'ba' })
    expect(Object.values(result.steps).map(({ name }) => name)).toEqual([
      'Critic 0 on a',
      'Critic 1 on b',
      'after',
    ])
  })

  test('runs as many items at a time as it may', async () => {
    expect(width(await run({ each: { prompt: '{item}', for_each: 7 } }))).toBe(7)
    const held = await run({ each: { prompt: '{item}', for_each: 7, max_concurrency: 2 } })
    expect(width(held)).toBe(2)
    expect(held.events.at(-1)!.at).toBe(40)
  })

  test('is whole only when all its items are: one that fails blocks what follows, and the others end', async () => {
    const done = await told(
      flowText({
        llms: {
          writer: {
            provider: 'scripted',
            answers: [
              { match: 'item 1', status: 400 },
              { answer: 'ok', delay: '5ms' },
            ],
          },
        },
        steps: {
          each: { prompt: 'item {item}', for_each: 3 },
          after: { prompt: '{each}' },
          last: { prompt: '{after}' },
        },
      }),
    )
    expect(statuses(done)).toEqual({
      'each[0]': 'succeeded',
      'each[1]': 'failed',
      'each[2]': 'succeeded',
      'after': 'blocked',
      'last': 'blocked',
    })
    expect(done.result.steps['after']).toMatchObject({ reason: 'step "each" did not succeed' })
    expect(done.result.outputs).toEqual({})
  })

  test('of more items than may be is refused before anything runs', async () => {
    const flow = compiled(
      flowText({
        inputs: { p: { type: 'array' } },
        llms,
        steps: { each: { prompt: '{item}', for_each: '{p}' } },
      }),
    )
    const inputs = { p: Array.from({ length: 201 }, () => 'x') }
    const refused = told(flow, { inputs })
    await expect(refused).rejects.toThrow(RunRefused)
    await expect(refused).rejects.toThrow(
      'step "each" has 201 items, and a step may have 200\n  help: if that is meant, run with --max-items 201',
    )
  })
})

test('the embedded model gets a seed of its own for each item, so that they do not all answer alike', async () => {
  const world = new HeldWorld()
  const flow = compiled(
    flowText({
      llms: { writer: { provider: 'embedded' }, fixed: { provider: 'embedded', seed: 9 } },
      steps: {
        each: { prompt: 'x'.repeat(20), for_each: 3, llm: 'writer', max_tokens: 1, on_truncated: 'continue' },
        same: { prompt: 'x'.repeat(20), for_each: 2, llm: 'fixed', max_tokens: 1, on_truncated: 'continue' },
      },
    }),
  )
  const controller = new AbortController()
  const seeds: (number | undefined)[] = []
  const stop = {
    onEvent: (event: { type: string; model_config?: { seed?: number } | null }): void => {
      if (event.type === 'step-started') seeds.push(event.model_config?.seed)
      if (seeds.length === 5) controller.abort()
    },
  }
  await told(flow, { world, signal: controller.signal, reporters: [stop] })
  expect(seeds).toEqual([0, 1, 2, 9, 9])
})
