import { expect, test } from 'vitest'
import { compile } from '../document/checked.ts'

test('a list that is made of itself is a circle', () => {
  const { compiled, diagnostics } = compile(
    'llmflows: 1\nname: f\nsteps:\n  a: { for_each: "{a}", value: "{item}" }\n  b: { for_each: "{c}", value: 1 }\n  c: { for_each: "{b}", value: 2 }\n',
  )!
  expect(compiled).toBeUndefined()
  expect(new Set(diagnostics.map(({ code }) => code))).toEqual(new Set(['cycle']))
})

test('lists may be made of lists as often as there are steps', () => {
  const steps = Array.from({ length: 20_000 }, (_, step) =>
    step === 0 ? '  s0: { value: [a, b] }' : `  s${step}: { for_each: "{s${step - 1}}", value: "{item}" }`,
  )
  const { compiled, diagnostics } = compile(
    `llmflows: 1\nname: f\nsteps:\n${steps.join('\n')}\n  last: { value: "{s19999[2]}" }\n`,
  )!
  expect(compiled).toBeUndefined()
  expect(diagnostics.map(({ code }) => code)).toEqual(['wrong-path'])
})
