import { describe, expect, test } from 'vitest'
import { extentOf } from '../../src/template/extent.ts'
import { flowText, statuses, told, type Told } from './front-door.ts'

/** A chain of value steps, each made of the one before it. */
function chain(length: number, value: (before: string) => unknown, first: unknown = 'x'): Promise<Told> {
  const steps: Record<string, object> = { s0: { value: first } }
  for (let step = 1; step <= length; step++) steps[`s${step}`] = { value: value(`{s${step - 1}}`) }
  return told(flowText({ steps, outputs: ['s0'] }))
}

function failureOf(run: Told): unknown {
  return Object.values(run.result.steps).find(({ status }) => status === 'failed')?.error
}

describe('a value that would be too large', () => {
  test('fails its step as a text that triples at every step', async () => {
    const run = await chain(25, (before) => before.repeat(3))
    expect(failureOf(run)).toMatchObject({
      code: 'value-too-large',
      message: 'the text would have more than 8388608 characters',
      help: expect.stringContaining('use parts'),
    })
    expect(run.result.outputs).toEqual({ s0: 'x' })
    expect(run.result.steps['s14']?.status).toBe('succeeded')
  })

  test('fails its step as a list that doubles at every step, without being walked', async () => {
    const run = await chain(40, (before) => [before, before])
    expect(failureOf(run)).toMatchObject({ code: 'value-too-large' })
    expect(run.result.steps['s10']?.status).toBe('succeeded')
    expect(run.result.steps['s40']?.status).toBe('blocked')
    expect(JSON.stringify(run.result, null, 2).length).toBeLessThan(2 ** 28)
  })

  test('fails its step when it is nested too deeply', async () => {
    const run = await chain(2000, (before) => [before])
    expect(failureOf(run)).toMatchObject({ message: 'the value is nested more than 128 levels deep' })
    expect(run.result.steps['s128']?.status).toBe('succeeded')
    expect(run.result.steps['s129']?.status).toBe('failed')
  })

  test('fails its step when all that the run has made is too large together', async () => {
    const steps = Object.fromEntries(
      Array.from({ length: 12 }, (_, step) => [`s${step}`, { value: '{text}' }]),
    )
    const run = await told(flowText({ steps }), { inputs: { text: 'x'.repeat(8_000_000) } })
    expect(Object.values(statuses(run)).filter((status) => status === 'succeeded')).toHaveLength(8)
    expect(failureOf(run)).toMatchObject({ code: 'value-too-large' })
  })

  test('fails a prompt before any model is asked', async () => {
    const run = await told(
      flowText({
        llms: { writer: { provider: 'scripted', answers: [{ answer: 'never' }] } },
        steps: { ask: { system: '{text}', prompt: '{text}' } },
      }),
      { inputs: { text: 'x'.repeat(5_000_000) } },
    )
    expect(run.result.steps['ask']).toMatchObject({ error: { code: 'value-too-large' }, prompt: null })
    expect(run.result.usage.calls).toBe(0)
  })
})

test('a value is measured as it is written in a result, shared parts each time', () => {
  const part = Object.freeze({ a: 1, b: Object.freeze(['x', true]) })
  const value = Object.freeze([part, part, null])
  expect(extentOf(value).depth).toBe(3)
  expect(extentOf(value).size).toBeGreaterThanOrEqual(JSON.stringify(value, null, 2).length)
  expect(extentOf(value).size).toBeLessThan(1.5 * JSON.stringify(value, null, 2).length)
})
