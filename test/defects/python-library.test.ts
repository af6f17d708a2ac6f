import { describe, expect, test, vi } from 'vitest'
import {
  checkSource,
  renderDiagnostics,
  runFlow,
  sourceOf,
  type Json,
  type RunResult,
} from '../../src/index.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { calls, compiled, flowText, only, statuses, told } from '../run/front-door.ts'
import { HeldWorld } from '../run/held-world.ts'

/** What the Python library that this project descends from got wrong does not come back; the numbers are its list's. */

const scripted = (...answers: readonly object[]): object => ({ writer: { provider: 'scripted', answers } })
const echoes = scripted({ answer: '<{prompt}>', delay: '10ms' })

/** The diagnostics of a flow that cannot run, rendered. */
function refusalOf(parts: Readonly<Record<string, unknown>>): string {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(flowText(parts)))
  if (!source.ok) throw new Error(source.message)
  const checked = checkSource(source)
  expect(checked.compiled).toBeUndefined()
  return renderDiagnostics(checked.diagnostics, { colour: plainPalette })
}

describe('a join (1, 2)', () => {
  test('of a diamond whose sides end in the same tick runs once', async () => {
    const run = await told(
      flowText({
        llms: echoes,
        steps: { a: { prompt: 'a' }, b: { prompt: 'b{a}' }, c: { prompt: 'c{a}' }, d: { prompt: '{b}{c}' } },
      }),
    )
    expect(only(run, 'attempt-started').map(({ step }) => step)).toEqual(['a', 'b', 'c', 'd'])
    expect(only(run, 'step-succeeded', 'b')[0]!.at).toBe(only(run, 'step-succeeded', 'c')[0]!.at)
    expect(run.result.outputs['d']).toBe('<<b<a>><c<a>>>')
  })

  test('in the soundtrack flow makes nine calls when its answers take equally long, not fifteen', async () => {
    const run = await told(
      flowText({
        llms: scripted({ answer: 'words', delay: '200ms' }),
        steps: {
          title: { prompt: 'About {topic}' },
          song: { prompt: 'Song of {title}' },
          characters: { prompt: 'Characters of {title}' },
          lyrics: { prompt: '{song} and {characters}' },
          critic: { prompt: 'Review {lyrics}', for_each: 5, output_key: 'review_{index}' },
        },
      }),
      { inputs: { topic: 'friendship' } },
    )
    expect(calls(run)).toBe(9)
    expect(run.events.at(-1)!.at).toBe(800)
  })

  test.each([10, 0])(
    'stacked eight diamonds deep makes 25 calls, not 1,021 (%i ms a call)',
    async (delay) => {
      const steps: Record<string, object> = { j0: { prompt: 'start' } }
      for (let level = 0; level < 8; level++) {
        steps[`l${level}`] = { prompt: `{j${level}}` }
        steps[`r${level}`] = { prompt: `{j${level}}` }
        steps[`j${level + 1}`] = { prompt: `{l${level}} {r${level}}` }
      }
      const run = await told(flowText({ llms: scripted({ answer: 'ok', delay: `${delay}ms` }), steps }))
      expect(calls(run)).toBe(25)
      expect(run.events.at(-1)!.at).toBe(17 * delay)
    },
  )

  test('three wide and six deep makes one call a step, not three to the power of six', async () => {
    const steps: Record<string, object> = { j0: { prompt: 'start' } }
    for (let level = 0; level < 6; level++) {
      for (const side of ['a', 'b', 'c']) steps[`${side}${level}`] = { prompt: `{j${level}}` }
      steps[`j${level + 1}`] = { prompt: `{a${level}}{b${level}}{c${level}}` }
    }
    const run = await told(flowText({ llms: scripted({ answer: 'ok' }), steps }))
    expect(calls(run)).toBe(Object.keys(steps).length)
  })

  test.each([2, 5, 10, 60])('%i wide runs once', async (width) => {
    const sides = Array.from({ length: width }, (_, side) => `s${side}`)
    const run = await told(
      flowText({
        llms: scripted({ answer: 'ok', delay: '1ms' }),
        steps: {
          ...Object.fromEntries(sides.map((side) => [side, { prompt: side }])),
          join: { prompt: sides.map((side) => `{${side}}`).join('') },
        },
      }),
    )
    expect(calls(run)).toBe(width + 1)
  })
})

describe('a flow that runs again (3, 12)', () => {
  const flow = compiled(
    flowText({ llms: echoes, steps: { a: { prompt: 'on {topic}' }, b: { prompt: '{a}' } } }),
  )

  test('is a fresh run with calls and answers of its own', async () => {
    const cats = await told(flow, { inputs: { topic: 'cats' } })
    const dogs = await told(flow, { inputs: { topic: 'dogs' } })
    expect(cats.result.outputs).toEqual({ a: '<on cats>', b: '<<on cats>>' })
    expect(dogs.result.outputs).toEqual({ a: '<on dogs>', b: '<<on dogs>>' })
    expect(calls(dogs)).toBe(2)
  })

  test('may run beside itself', async () => {
    const world = new HeldWorld()
    const runs = ['cats', 'dogs', 'owls'].map((topic) => runFlow(flow, { inputs: { topic }, world }))
    const results = await world.finish(Promise.all(runs))
    expect(results.map(({ outputs }) => outputs['a'])).toEqual(['<on cats>', '<on dogs>', '<on owls>'])
  })

  test('has no memory of the turns and scripts of the run before', async () => {
    const turns = compiled(
      flowText({
        llms: scripted({ answer: 'first', times: 1 }, { answer: 'second' }),
        steps: { a: { system: 'one', messages: [{ role: 'user', content: 'two' }], prompt: 'three' } },
      }),
    )
    const first = await told(turns)
    const second = await told(turns)
    expect(second.result.outputs).toEqual({ a: 'first' })
    expect(second.result.steps).toEqual(first.result.steps)
    expect(second.result.steps['a']!.messages).toEqual([
      { role: 'system', content: 'one' },
      { role: 'user', content: 'two' },
    ])
  })
})

describe('a failure (4, 11)', () => {
  const flow = flowText({
    llms: scripted({ match: 'bad', status: 400 }, { answer: 'ok', delay: '50ms' }),
    steps: { bad: { prompt: 'bad' }, sibling: { prompt: 'good' }, after: { prompt: 'then {sibling}' } },
  })

  test('lets its siblings end, and their results are returned', async () => {
    const run = await told(flow)
    expect(statuses(run)).toEqual({ bad: 'failed', sibling: 'succeeded', after: 'succeeded' })
    expect(run.result.outputs).toEqual({ sibling: 'ok', after: 'ok' })
  })

  test('leaves nothing running with fail-fast: all has ended when the result comes', async () => {
    const world = new HeldWorld()
    const run = await told(flow, { world, failFast: true })
    expect(statuses(run)).toEqual({ bad: 'failed', sibling: 'cancelled', after: 'cancelled' })
    expect(world.waiting).toBe(0)
    expect(calls(run)).toBe(2)
  })

  test('is told to whoever listens', async () => {
    expect(only(await told(flow), 'step-failed')).toMatchObject([
      { step: 'bad', error: { code: 'request-refused', http_status: 400 } },
    ])
  })
})

describe('a name (5, 7)', () => {
  test('of an input that a step also gives is a mistake, not a silent answer', () => {
    const text = refusalOf({ inputs: { b: {} }, steps: { b: { prompt: 'x' }, d: { prompt: '{b}' } } })
    expect(text).toContain('error[')
    expect(text).toContain('"b"')
  })

  test('given from outside for what a step gives is refused before anything runs', async () => {
    const flow = compiled(flowText({ llms: echoes, steps: { b: { prompt: 'x' }, d: { prompt: '{b}' } } }))
    await expect(told(flow, { inputs: { b: 'mine' } })).rejects.toThrow('flow "test" has no input "b"')
  })

  test('that another step gives is an edge, written or not', async () => {
    const run = await told(
      flowText({
        llms: echoes,
        steps: { reads: { prompt: 'see {c}' }, c: { prompt: 'c' }, a: { prompt: 'a' } },
      }),
    )
    expect(run.result.outputs['reads']).toBe('<see <c>>')
    expect(only(run, 'run-started')[0]!.steps.map(({ needs }) => needs)).toEqual([['c'], [], []])
  })

  test('that nothing gives is a mistake that is found before anything is paid for', () => {
    expect(refusalOf({ inputs: { topic: {} }, steps: { a: { prompt: '{topic} {nobody}' } } })).toContain(
      'nobody',
    )
  })
})

test('what a step sees cannot be changed, neither by another step nor by whoever gave it (6)', async () => {
  const mine = { names: ['a'] }
  const tried: string[] = []
  const run = await told(
    flowText({
      inputs: { plan: { type: 'object' } },
      steps: {
        list: { value: ['{plan}', 'x'] },
        each: { value: '{item}', for_each: 2 },
        sees: { value: ['{list}', '{each}', '{plan}'] },
      },
    }),
    {
      inputs: { plan: mine },
      reporters: [
        {
          onEvent: (event) => {
            if (event.type !== 'step-succeeded') return
            for (const value of Object.values(event.result)) {
              if (typeof value !== 'object' || value === null) continue
              expect(() => (value as Json[]).push('changed')).toThrow(TypeError)
              tried.push(event.step)
            }
          },
        },
      ],
    },
  )
  mine.names.push('changed')
  expect(tried).toContain('sees')
  expect(run.result.outputs['sees']).toEqual([[{ names: ['a'] }, 'x'], [0, 1], { names: ['a'] }])
})

describe('a cycle (8)', () => {
  test('is a mistake that names the whole of it', () => {
    const text = refusalOf({
      steps: {
        start: { prompt: 'x' },
        a: { prompt: '{start}{c}' },
        b: { prompt: '{a}' },
        c: { prompt: '{b}' },
      },
    })
    expect(text).toContain('error[cycle]: steps wait for each other in a circle: "a" → "b" → "c" → "a"')
  })

  test('at the root is one too', () => {
    expect(refusalOf({ steps: { a: { prompt: 'again {a}' } } })).toContain('step "a" waits for itself')
  })
})

test('a flow has as many roots as it likes, and all that follows from them runs (9)', async () => {
  const run = await told(
    flowText({
      llms: echoes,
      steps: {
        a: { prompt: 'a' },
        b: { prompt: 'b' },
        c: { prompt: '{a}{b}' },
        d: { prompt: 'd{b}' },
        e: { value: 'e' },
      },
    }),
  )
  expect(new Set(Object.values(statuses(run)))).toEqual(new Set(['succeeded']))
  expect(calls(run)).toBe(4)
})

test('a system message and turns are sent whole and in order, and evict nothing (13, 14)', async () => {
  const turns = Array.from({ length: 6 }, (_, turn) => ({
    role: turn % 2 === 0 ? 'user' : 'assistant',
    content: `turn ${turn}`,
  }))
  const run = await told(
    flowText({ llms: echoes, steps: { a: { system: 'Be brief', messages: turns, prompt: 'now' } } }),
  )
  expect(run.result.steps['a']!.messages).toEqual([{ role: 'system', content: 'Be brief' }, ...turns])
  expect(run.result.steps['a']!.prompt).toBe('now')
})

describe('a brace in a prompt (15)', () => {
  test.each([
    ['{"kind": "bug"} {topic}', '{"kind": "bug"} rain'],
    ['{"kind": "bug"}', '{"kind": "bug"}'],
    ['function f() { return 1 } {topic}', 'function f() { return 1 } rain'],
    ['{{topic}} {topic}', '{topic} rain'],
    ['{{}} {topic}', '{{}} rain'],
  ])('%s', async (prompt, sent) => {
    const text = flowText({
      inputs: { topic: {} },
      llms: echoes,
      steps: { a: { prompt }, b: { prompt: '{topic}' } },
    })
    const run = await told(text, { inputs: { topic: 'rain' } })
    expect(run.result.steps['a']!.prompt).toBe(sent)
  })

  test('reaches nothing that a value only inherits', async () => {
    const text = flowText({
      inputs: { topic: { type: 'object' } },
      llms: echoes,
      steps: { a: { prompt: '{topic.constructor ?? "none"}' } },
    })
    const run = await told(text, { inputs: { topic: {} } })
    expect(run.result.steps['a']!.prompt).toBe('none')
  })

  test('that a model or a user writes is text, and never filled in', async () => {
    const hostile = '{secret} {{topic}} $& {topic}'
    const run = await told(
      flowText({
        llms: scripted({ match: 'on ', answer: hostile }, { answer: '{prompt}' }),
        steps: { a: { prompt: 'on {topic}' }, b: { prompt: 'b: {a}' } },
      }),
      { inputs: { topic: hostile } },
    )
    expect(run.result.steps['a']!.prompt).toBe(`on ${hostile}`)
    expect(run.result.steps['b']!.prompt).toBe(`b: ${hostile}`)
  })

  test('reaches into a value', async () => {
    const run = await told(
      flowText({
        inputs: { plan: { type: 'object' } },
        llms: echoes,
        steps: { a: { prompt: '{plan.acts[1].name}' } },
      }),
      { inputs: { plan: { acts: [{ name: 'one' }, { name: 'two' }] } } },
    )
    expect(run.result.steps['a']!.prompt).toBe('two')
  })
})

describe('the record of a step (16, 18, 20)', () => {
  async function result(): Promise<RunResult> {
    const run = await told(
      flowText({
        llms: { ...scripted({ match: 'bad', status: 400 }, { answer: 'ok', delay: '30ms' }) },
        steps: {
          calls: { name: 'A Call', prompt: 'good', output_key: 'text' },
          fails: { prompt: 'bad' },
          blocked: { prompt: '{fails}' },
          builds: { value: ['{text}'] },
          items: { prompt: 'good {item}', for_each: 2 },
        },
      }),
    )
    return run.result
  }

  test('has one shape for every kind of step and every outcome', async () => {
    const { steps } = await result()
    const shapes = Object.values(steps).map((step) => Object.keys(step).join(' '))
    expect(shapes).toHaveLength(6)
    expect(new Set(shapes).size).toBe(1)
  })

  test('stands under the id of the step, and its result under the output key', async () => {
    const { steps, outputs } = await result()
    expect(Object.keys(steps)).toEqual(['calls', 'fails', 'blocked', 'builds', 'items[0]', 'items[1]'])
    expect(steps['calls']).toMatchObject({ name: 'A Call', result: { text: 'ok' } })
    expect(outputs).toEqual({ text: 'ok', builds: ['ok'], items: ['ok', 'ok'] })
  })

  test('says when it ran and how long, and so does every event', async () => {
    const { steps } = await result()
    expect(steps['calls']).toMatchObject({
      start_time: '2026-11-22T00:00:00.000Z',
      end_time: '2026-11-22T00:00:00.030Z',
      execution_time: 0.03,
      queue_time: 0,
      call_data: { retries: 0, attempts: [{ attempt: 1, start: 0, duration: 0.03 }] },
    })
    const run = await told(flowText({ llms: echoes, steps: { a: { prompt: 'a' }, b: { prompt: '{a}' } } }))
    expect(run.events.every(({ at }) => Number.isFinite(at))).toBe(true)
    expect(only(run, 'step-started', 'b')[0]!.at).toBe(10)
  })
})

test('nothing is written to stdout or stderr by a run (19, 20)', async () => {
  const writes = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockReturnValue(true),
  )
  try {
    await told(flowText({ llms: echoes, steps: { a: { prompt: 'a' }, b: { prompt: '{a}' } } }))
    for (const write of writes) expect(write).not.toHaveBeenCalled()
  } finally {
    for (const write of writes) write.mockRestore()
  }
})

test('a connection that carries no data is noted, for it may hide a prompt that forgot a variable (21)', () => {
  const source = sourceOf(
    'flow.yaml',
    new TextEncoder().encode(
      flowText({
        steps: { title: { prompt: 'a' }, lyrics: { prompt: 'b' } },
        connections: { title: 'lyrics' },
      }),
    ),
  )
  if (!source.ok) throw new Error(source.message)
  expect(checkSource(source).diagnostics.map(({ code }) => code)).toContain('order-only-connection')
})
