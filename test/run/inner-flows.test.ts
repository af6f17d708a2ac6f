import { describe, expect, test } from 'vitest'
import type { Json, RunEvent, RunOptions } from '../../src/index.ts'
import { loaded } from './flow-files.ts'
import { told, type Told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const llms = {
  writer: {
    provider: 'scripted',
    answers: [
      { match: 'bad', status: 400, delay: '5ms' },
      { match: 'slow', answer: 'slow', delay: '1h' },
      { answer: 'ok {prompt}', delay: '10ms' },
    ],
  },
}

const asking = {
  name: 'asking',
  llms,
  inputs: { topic: {} },
  steps: { ask: { prompt: '{topic}' }, length: { value: { asked: '{ask}' } } },
}

type Flows = Parameters<typeof loaded>[0]

async function run(flows: Flows, options: Omit<RunOptions, 'world'> = {}): Promise<Told> {
  return told(await loaded(flows), options)
}

function statusOf({ result }: Told, id: string): string | undefined {
  return result.steps[id]?.status
}

/** The events of all runs, each with the time of the outermost. */
function everything(events: readonly RunEvent[]): readonly RunEvent[] {
  return events.flatMap((event) => [
    event,
    ...(event.type === 'flow-event' ? everything([{ ...event.event, at: event.at }]) : []),
  ])
}

function callsOf({ events }: Told): number {
  return everything(events).filter(({ type }) => type === 'attempt-started').length
}

describe('a step that runs a flow', () => {
  test('gives an object of its outputs, and lists and numbers come in as what they are', async () => {
    const ran = await run(
      {
        'outer.json': {
          inputs: { list: { type: 'array' } },
          steps: {
            inner: { flow: './deep/inner.json', with: { items: '{list}', n: 3 } },
            after: { value: '{inner.first} of {inner.all}' },
          },
        },
        'deep/inner.json': {
          inputs: { items: { type: 'array' }, n: { type: 'number' }, rest: { default: 'none' } },
          steps: { first: { value: '{items[0]?} {n} {rest}' }, all: { value: '{items}' }, no: { value: 1 } },
          outputs: ['first', 'all'],
        },
      },
      { inputs: { list: ['a', 'b'] } },
    )
    expect(ran.result.outputs).toEqual({
      inner: { first: 'a 3 none', all: ['a', 'b'] },
      after: 'a 3 none of ["a","b"]',
    })
    const [inner] = ran.result.steps['inner']?.runs ?? []
    expect(inner?.inputs).toEqual({ items: ['a', 'b'], n: 3, rest: 'none' })
    expect(inner?.run_id).toBe(`${ran.result.run_id}/inner/1`)
  })

  test('fails with the step that failed inside, and nothing that needs it runs', async () => {
    const ran = await run({
      'outer.json': {
        llms,
        steps: {
          agent: { flow: 'middle.json' },
          after: { value: '{agent}' },
          beside: { value: 1 },
        },
      },
      'middle.json': { name: 'middle', steps: { inner: { flow: 'inner.json', with: { topic: 'bad' } } } },
      'inner.json': asking,
    })
    expect(ran.result.status).toBe('failed')
    expect(ran.result.outputs).toEqual({ beside: 1 })
    expect(statusOf(ran, 'after')).toBe('blocked')
    expect(ran.result.steps['agent']?.error).toMatchObject({ http_status: 400 })
    expect(ran.result.steps['agent']?.reason).toMatch(
      /^step "inner" of flow "middle" failed: step "ask" of flow "asking" failed: /,
    )
    const middle = ran.result.steps['agent']?.runs?.[0]
    expect(middle?.status).toBe('failed')
    expect(middle?.steps['inner']?.runs?.[0]?.steps['length']?.status).toBe('blocked')
  })

  test('is told what does not fit at run time, with the name of the flow', async () => {
    const flows = {
      'outer.json': {
        inputs: { x: { type: 'object' } },
        steps: { a: { flow: 'in.json', with: { n: '{x.n?}' } } },
      },
      'in.json': { name: 'numbers', inputs: { n: { type: 'integer' } }, steps: { b: { value: '{n}' } } },
    }
    const ran = await run(flows, { inputs: { x: { n: 1.5 } } })
    expect(ran.result.steps['a']?.error).toEqual({
      code: 'invalid-input',
      message: 'flow "numbers" cannot start: input "n" must be a whole number, not 1.5',
    })
    expect(ran.result.steps['a']?.runs).toBeUndefined()
  })

  test('leaves out what was skipped inside, which may then be replaced', async () => {
    const ran = await run(
      {
        'outer.json': {
          inputs: { wanted: { type: 'boolean' } },
          steps: {
            a: { flow: 'in.json', with: { wanted: '{wanted}' } },
            b: { value: '{a.extra ?? "nothing"}' },
          },
        },
        'in.json': {
          inputs: { wanted: { type: 'boolean' } },
          steps: { extra: { value: 'more', when: 'wanted' }, always: { value: 1 } },
        },
      },
      { inputs: { wanted: false } },
    )
    expect(ran.result.outputs).toEqual({ a: { always: 1 }, b: 'nothing' })
  })

  test('is partial where items are lost inside, and says so', async () => {
    const lossy = {
      name: 'lossy',
      llms,
      steps: { each: { for_each: ['good', 'bad'], prompt: '{item}', on_item_error: 'drop' } },
    }
    const ran = await run({ 'outer.json': { steps: { a: { flow: 'lossy.json' } } }, 'lossy.json': lossy })
    expect(ran.result.status).toBe('partial')
    expect(ran.result.outputs).toEqual({ a: { each: ['ok good'] } })
    expect(ran.result.steps['a']).toMatchObject({
      status: 'succeeded',
      note: 'in flow "lossy" not every item of every step succeeded',
    })
  })

  test('runs for each item, and what an item uses is summed up', async () => {
    const ran = await run({
      'outer.json': {
        steps: { a: { flow: 'in.json', with: { topic: '{item}' }, for_each: ['x', 'y', 'z'] } },
        outputs: ['a'],
      },
      'in.json': asking,
    })
    expect(ran.result.outputs['a']).toMatchObject([{ ask: 'ok x' }, { ask: 'ok y' }, { ask: 'ok z' }])
    expect(ran.result.usage).toMatchObject({ calls: 3, input_tokens: 3, output_tokens: 6 })
    expect(ran.result.execution_time).toBe(0.01)
  })

  test('inserts what a model has said once, whatever it looks like', async () => {
    const hostile = '{secret} {previous.ask} __proto__'
    const ran = await run(
      {
        'outer.json': {
          inputs: { secret: {}, said: {} },
          steps: { a: { flow: 'in.json', with: { topic: '{said}' } }, b: { value: '{a.ask} {secret}' } },
        },
        'in.json': asking,
      },
      { inputs: { said: hostile, secret: 'hidden' } },
    )
    expect(ran.result.outputs['b']).toBe(`ok ${hostile} hidden`)
  })
})

describe('a step that repeats', () => {
  const counting = {
    name: 'counting',
    inputs: { text: {} },
    steps: { next: { value: '{text}x' }, big: { value: { text: '{next}' } } },
  }
  const outer = (repeat: object, text = '{previous.next ?? "-"}'): Flows => ({
    'outer.json': { steps: { count: { flow: 'in.json', with: { text }, repeat } } },
    'in.json': counting,
  })

  test('hands each round what the one before gave, until its condition holds', async () => {
    const ran = await run(
      outer({ until: 'previous.big.text.size() > 3 || previous.next == "never"', max: 9 }),
    )
    expect(ran.result.outputs['count']).toMatchObject({ next: '-xxx' })
    const runs = ran.result.steps['count']?.runs ?? []
    expect(runs.map(({ inputs }) => inputs['text'])).toEqual(['-', '-x', '-xx'])
    expect(runs.map(({ run_id }) => run_id.split('/').slice(1))).toEqual([
      ['count', '1'],
      ['count', '2'],
      ['count', '3'],
    ])
  })

  test('without a condition runs as often as it says', async () => {
    expect((await run(outer({ max: 5 }))).result.outputs['count']).toMatchObject({ next: '-xxxxx' })
  })

  test('fails when its rounds are used up, and the rounds are there to be looked at', async () => {
    const ran = await run(outer({ until: 'previous.next == "never"', max: 4 }))
    expect(ran.result.steps['count']?.error).toEqual({
      code: 'rounds-used-up',
      message: 'step "count" has not come to an end in its 4 rounds: "until" was never true',
      help: 'raise "max", or see under "runs" of the step what the rounds gave',
    })
    expect(ran.result.steps['count']?.runs).toHaveLength(4)
  })

  test('says in which round it failed', async () => {
    const ran = await run(
      {
        'outer.json': {
          inputs: { topic: {} },
          steps: {
            a: { flow: 'in.json', with: { topic: '{previous.told ?? topic}' }, repeat: { max: 3 } },
          },
        },
        'in.json': {
          ...asking,
          steps: { ask: { prompt: '{topic}' }, told: { value: 'bad {ask}' } },
        },
      },
      { inputs: { topic: 'x' } },
    )
    expect(ran.result.steps['a']?.reason).toMatch(/^in round 2, step "ask" of flow "asking" failed: /)
    expect(ran.result.usage.calls).toBe(2)
  })

  test('fails when its condition has no answer', async () => {
    const ran = await run(
      {
        'outer.json': {
          inputs: { limit: { type: 'object' } },
          steps: {
            a: {
              flow: 'in.json',
              with: { text: '-' },
              repeat: { until: 'previous.next == limit.text', max: 3 },
            },
          },
        },
        'in.json': counting,
      },
      { inputs: { limit: {} } },
    )
    expect(ran.result.steps['a']?.error?.code).toBe('condition-failed')
  })
})

describe('what a run may do', () => {
  test('counts calls at every depth', async () => {
    const flows = {
      'outer.json': {
        inputs: { list: { type: 'array' } },
        steps: { a: { flow: 'in.json', with: { topics: '{list}' }, for_each: 2 } },
      },
      'in.json': {
        llms,
        inputs: { topics: { type: 'array' } },
        steps: { ask: { prompt: '{item}', for_each: '{topics}' } },
      },
    }
    const ran = await run(flows, { inputs: { list: ['a', 'b'] }, maxCalls: 3 })
    expect(callsOf(ran)).toBe(3)
    expect(ran.result.steps['a[1]']?.error?.code).toBe('call-limit')
  })

  test('counts before it starts what is certain', async () => {
    const flow = await loaded({
      'outer.json': {
        steps: { a: { flow: 'in.json', for_each: 4, repeat: { max: 3 }, with: { topic: 'x' } } },
      },
      'in.json': asking,
    })
    await expect(told(flow, { maxCalls: 11 })).rejects.toThrow('makes 12 model calls, and a run may make 11')
  })

  test('shares the limits of an LLM and of the run among all the runs inside', async () => {
    const limited = { writer: { ...llms.writer, max_concurrency: 2 } }
    const flows = {
      'outer.json': {
        llms: limited,
        steps: {
          own: { prompt: 'own', for_each: 2 },
          a: { flow: 'in.json', with: { topic: 'a {item}' }, for_each: 6 },
          b: { flow: 'in.json', with: { topic: 'b' }, for_each: 2 },
        },
      },
      'in.json': { ...asking, llms: limited },
    }
    const ran = await run(flows)
    expect(ran.result.status).toBe('succeeded')
    expect(mostCalls(ran)).toBe(2)
    // Ten calls of 10 ms, two at a time: nobody waits without need.
    expect(ran.result.execution_time).toBe(0.05)
    expect(mostCalls(await run(flows, { maxConcurrency: 1 }))).toBe(1)
  })

  test('checks keys of flows inside before anything is paid for', async () => {
    const flow = await loaded({
      'outer.json': { llms, steps: { ask: { prompt: 'x' }, a: { flow: 'in.json' } } },
      'in.json': { steps: { b: { prompt: 'y' } } },
    })
    await expect(told(flow, { world: new HeldWorld() })).rejects.toThrow('OPENAI_API_KEY')
  })

  test('bounds the steps of all runs inside', async () => {
    const steps = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`s${index}`, { value: 1 }]))
    const flow = await loaded({
      'outer.json': {
        inputs: { list: { type: 'array' } },
        steps: { a: { flow: 'in.json', for_each: '{list}', on_item_error: 'keep' } },
      },
      'in.json': { steps: { ...steps, last: { value: 2 } }, outputs: ['last'] },
    })
    const list = Array.from({ length: 101 }, () => 0)
    const ran = await told(flow, { inputs: { list } })
    expect(ran.result.steps['a[98]']?.status).toBe('succeeded')
    expect(ran.result.steps['a[100]']?.error?.code).toBe('too-many-steps')
  })
})

function mostCalls({ events }: Told): number {
  let running = 0
  let most = 0
  for (const { type } of everything(events)) {
    if (type === 'attempt-started') most = Math.max(most, ++running)
    if (type === 'attempt-finished') running--
  }
  return most
}

describe('a run that is stopped', () => {
  const flows: Flows = {
    'outer.json': {
      llms,
      steps: {
        a: { flow: 'middle.json', with: { topic: 'slow' } },
        b: { value: '{a}' },
      },
    },
    'middle.json': {
      name: 'middle',
      inputs: { topic: {} },
      steps: { m: { flow: 'in.json', with: { topic: '{topic}' } } },
    },
    'in.json': asking,
  }

  function leaf({ result }: Told) {
    return result.steps['a']?.runs?.[0]?.steps['m']?.runs?.[0]
  }

  test('ends what runs inside, down to the call', async () => {
    const controller = new AbortController()
    const onEvent = (event: RunEvent): void => {
      if (everything([event]).some(({ type }) => type === 'attempt-started')) controller.abort()
    }
    const ran = await run(flows, { signal: controller.signal, reporters: [{ onEvent }] })
    expect(ran.result).toMatchObject({ status: 'cancelled', reason: 'interrupted', execution_time: 0 })
    expect(statusOf(ran, 'a')).toBe('cancelled')
    expect(leaf(ran)).toMatchObject({ status: 'cancelled', reason: 'interrupted' })
    expect(leaf(ran)?.steps['ask']).toMatchObject({ status: 'cancelled' })
    expect(leaf(ran)?.steps['ask']?.call_data?.attempts).toMatchObject([{ status: 'cancelled' }])
  })

  test('by its own time limit says so on every level', async () => {
    const ran = await run(flows, { timeoutMs: 50 })
    expect(ran.result).toMatchObject({ status: 'cancelled', reason: 'timeout', execution_time: 0.05 })
    expect(leaf(ran)).toMatchObject({ status: 'cancelled', reason: 'timeout' })
  })

  test('by the time limit of a step fails that step, and the rest goes on', async () => {
    const outer = {
      llms,
      steps: { a: { flow: 'middle.json', with: { topic: 'slow' }, timeout: '30ms' }, c: { prompt: 'c' } },
    }
    const ran = await run({ ...flows, 'outer.json': outer })
    expect(ran.result.steps['a']?.error).toEqual({
      code: 'timeout',
      message: 'step "a" took longer than its limit of 0.03 s',
      help: 'raise its "timeout"',
    })
    expect(statusOf(ran, 'c')).toBe('succeeded')
    expect(leaf(ran)).toMatchObject({ status: 'cancelled', reason: 'timeout' })
    expect(ran.result.execution_time).toBe(0.03)
  })

  test('at its first failure stops on every level', async () => {
    const outer = {
      llms,
      steps: { a: { flow: 'middle.json', with: { topic: 'slow' } }, c: { prompt: 'bad' } },
    }
    const ran = await run({ ...flows, 'outer.json': outer }, { failFast: true })
    expect(ran.result).toMatchObject({ status: 'failed', reason: 'fail-fast', execution_time: 0.005 })
    expect(leaf(ran)).toMatchObject({ reason: 'fail-fast' })
  })
})

describe('a large flow', () => {
  test('of 200 items, each a flow of five steps, tells a bounded number of events and is over at once', async () => {
    const ask = (before: string): Json => ({ prompt: `go ${before}` })
    const ran = await run({
      'outer.json': { steps: { a: { flow: 'in.json', for_each: 200 } } },
      'in.json': {
        llms: { w: { provider: 'scripted', answers: [{ answer: 'ok', delay: '10ms' }] } },
        steps: { s1: ask(''), s2: ask('{s1}'), s3: ask('{s2}'), s4: ask('{s3}'), s5: ask('{s4}') },
      },
    })
    expect(ran.result.status).toBe('succeeded')
    expect(ran.result.usage.calls).toBe(1000)
    // 64 at a time: four times five calls of 10 ms.
    expect(ran.result.execution_time).toBe(0.2)
    expect(ran.events.length).toBeLessThan(200 * (5 * 6 + 6) + 10)
  })
})
