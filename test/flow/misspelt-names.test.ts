import { describe, expect, test } from 'vitest'
import { checkSource, sourceOf } from '../../src/index.ts'
import { bindInputs } from '../../src/flow/bind.ts'
import { compiled, flowText } from '../run/front-door.ts'

const many = Array.from({ length: 2000 }, (_, number) => number)

/** What is said about a flow, in characters, and by code. */
function said(parts: Readonly<Record<string, unknown>>): { readonly size: number; readonly help: string } {
  const source = sourceOf('flow.yaml', new TextEncoder().encode(flowText(parts)))
  if (!source.ok) throw new Error(source.message)
  const { diagnostics } = checkSource(source)
  expect(diagnostics.length).toBeGreaterThanOrEqual(many.length)
  const size = diagnostics.reduce((sum, { message, help = '' }) => sum + message.length + help.length, 0)
  return { size, help: diagnostics[0]?.help ?? '' }
}

describe('where thousands of names are wrong, each help lists a dozen at most:', () => {
  test('templates', () => {
    const { size, help } = said({
      templates: Object.fromEntries(many.map((number) => [`prompt_${number}`, 'x'])),
      steps: Object.fromEntries(many.map((number) => [`s${number}`, { template: `unlike${number}` }])),
    })
    expect(help).toMatch(/^the templates here are prompt_0, .*, prompt_11 and 1988 more$/)
    expect(size).toBeLessThan(many.length * 400)
  })

  test('llms', () => {
    const { size, help } = said({
      llms: Object.fromEntries(many.map((number) => [`model_${number}`, { provider: 'openai' }])),
      steps: Object.fromEntries(
        many.map((number) => [`s${number}`, { prompt: 'x', llm: `unlike${number}` }]),
      ),
    })
    expect(help).toMatch(/ and 1988 more$/)
    expect(size).toBeLessThan(many.length * 400)
  })

  test('inputs', () => {
    const { flow } = compiled(
      flowText({
        inputs: Object.fromEntries(
          many.map((number) => [`input_${number}`, { type: 'string', default: 'x' }]),
        ),
        steps: { last: { value: 1 } },
      }),
    )
    const { problems } = bindInputs(flow, new Map(many.map((number) => [`unlike${number}`, 'x'])))
    expect(problems).toHaveLength(many.length)
    expect(problems[0]?.help).toMatch(/^the inputs are input_0, .* and 1988 more$/)
  })
})

test('a name that is misspelt in two thousand places is understood in all of them', () => {
  const { help } = said({
    templates: { summary: 'x' },
    steps: Object.fromEntries(many.map((number) => [`s${number}`, { template: 'summry' }])),
  })
  expect(help).toBe('did you mean "summary"?')
})

describe('where more names are wrong than can be compared, the last is said to be unknown and no more:', () => {
  const steps = Object.fromEntries(many.map((number) => [`step_${number}`, { value: number }]))
  const unlike = many.map((number) => `unlike${number}`)
  const lastHelp = (parts: object): string | undefined => {
    const source = sourceOf('flow.yaml', new TextEncoder().encode(flowText({ steps, ...parts })))
    if (!source.ok) throw new Error(source.message)
    return checkSource(source).diagnostics.at(-1)?.help
  }

  test('connections', () => {
    expect(lastHelp({ connections: { step_0: ['stp_1'] } })).toBe('did you mean "step_1"?')
    expect(lastHelp({ connections: { step_0: [...unlike, 'stp_1'] } })).toBe(
      'connections name steps by their ids',
    )
  })

  test('outputs', () => {
    expect(lastHelp({ outputs: ['stp_1'] })).toBe('did you mean "step_1"?')
    expect(lastHelp({ outputs: [...unlike, 'stp_1'] })).toMatch(
      /^the output keys are step_0, .* and 1988 more$/,
    )
  })
})
