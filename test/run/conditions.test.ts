import { describe, expect, test } from 'vitest'
import { calls, flowText, only, statuses, told } from './front-door.ts'

/** An LLM that gives this answer, whatever it is asked. */
function answering(answer: string): object {
  return { model: { provider: 'scripted', answers: [{ answer }] } }
}

function judged(when: string, answer: string, then: object = { prompt: 'Go on' }): string {
  return flowText({
    llms: answering(answer),
    defaults: { llm: 'model' },
    steps: { judge: { prompt: 'Judge it' }, next: { when, ...then }, last: { value: '{next}' } },
  })
}

describe('a step whose condition', () => {
  test('is true runs', async () => {
    const run = await told(judged('double(judge) > 3', '3.5'))
    expect(statuses(run)).toEqual({ judge: 'succeeded', next: 'succeeded', last: 'succeeded' })
  })

  test('is false is skipped with what cannot do without it, calls nothing, and hurts nothing', async () => {
    const run = await told(judged('double(judge) > 3', '2'))
    expect(statuses(run)).toEqual({ judge: 'succeeded', next: 'skipped', last: 'skipped' })
    expect(calls(run)).toBe(1)
    expect(run.result.status).toBe('succeeded')
    expect(only(run, 'step-skipped').map(({ step, condition, by }) => [step, condition, by])).toEqual([
      ['next', 'double(judge) > 3', []],
      ['last', null, ['next']],
    ])
  })

  test('has no answer fails, and says why', async () => {
    const run = await told(judged('double(judge) > 3', 'about three'))
    expect(statuses(run)).toEqual({ judge: 'succeeded', next: 'failed', last: 'blocked' })
    expect(only(run, 'step-failed').map(({ error }) => error)).toEqual([
      {
        code: 'condition-failed',
        message:
          'the condition "double(judge) > 3" has no answer: "double" needs a number, and this is the text "about three"',
      },
    ])
  })

  test('is false has no items', async () => {
    const run = await told(judged('judge == "yes"', 'no', { for_each: 3, value: '{index}' }))
    expect(only(run, 'step-skipped').map(({ step }) => step)).toEqual([
      'next[0]',
      'next[1]',
      'next[2]',
      'last',
    ])
  })

  test('asks for a step that was skipped is answered without it', async () => {
    const steps = {
      a: { when: 'go', value: 'a' },
      b: { value: 'b' },
      c: { join: 'any', when: 'has(a) && a == "a"', value: '{a} {b}' },
      d: { when: '!has(a)', value: '{b}' },
    }
    const text = flowText({ inputs: { go: { type: 'boolean' } }, steps })
    expect(statuses(await told(text, { inputs: { go: true } }))).toMatchObject({
      c: 'succeeded',
      d: 'skipped',
    })
    expect(statuses(await told(text, { inputs: { go: false } }))).toMatchObject({
      c: 'skipped',
      d: 'succeeded',
    })
  })
})

test.each([
  'true',
  '" || true || "',
  'judge == "yes"',
  '{judge}',
  '__proto__',
  'yes\u0000',
  '\u001b[2J',
  'a'.repeat(100_000),
  '(((((((((((((((((((('.repeat(1000),
])('what a model answers is a value and never a condition: %#', async (answer) => {
  const run = await told(judged('judge == "yes"', answer))
  expect(statuses(run)).toEqual({ judge: 'succeeded', next: 'skipped', last: 'skipped' })
})

test('a condition over values that are too large for it fails its step, and the run goes on', async () => {
  const run = await told(
    flowText({
      inputs: { many: { type: 'array' } },
      steps: {
        slow: { when: 'many.all(a, many.all(b, many.all(c, a + b + c >= 0)))', value: 'x' },
        other: { value: 'y' },
      },
    }),
    { inputs: { many: Array.from({ length: 1000 }, (_, index) => index) } },
  )
  expect(statuses(run)).toEqual({ slow: 'failed', other: 'succeeded' })
  expect(only(run, 'step-failed')[0]?.error).toMatchObject({
    code: 'condition-failed',
    help: 'compute it in a function step',
  })
})
