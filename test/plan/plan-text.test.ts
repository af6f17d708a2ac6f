import { readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadFlow, type CompiledFlow } from '../../src/index.ts'
import { planText } from '../../src/plan/plan-text.ts'
import { planFlow } from '../../src/plan/plan.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { width } from '../../src/source/width.ts'
import { compile, words } from './words.ts'

function textOf(compiled: CompiledFlow, columns: number, palette = plainPalette): string {
  const texts = [...compiled.flow.inputs.values()].filter(
    ({ type, schema }) => type === 'string' && !schema['enum'],
  )
  const inputs = new Map(texts.map(({ name }) => [name, `some ${'text '.repeat(40)}`]))
  const planned = planFlow(compiled, { inputs, tokenizer: words, maxItems: 200 })
  if ('problems' in planned) throw new Error(planned.problems[0]?.message)
  return planText(planned.plan, { palette, columns })
}

const wide = compile(`llmflows: 1
name: wide
llms: { w: { provider: openrouter, model: a-company/a-model-with-a-name-that-is-longer-than-most-columns, max_tokens: 1000000 } }
steps:
  a_step_with_an_id_that_is_longer_than_any_column_can_be: { for_each: 200, prompt: "東京の天気は？ {index} ${'y'.repeat(200)}" }
  b: { prompt: "{a_step_with_an_id_that_is_longer_than_any_column_can_be | bullets}" }
`)

const flows = readdirSync('flows').filter((name) => name.endsWith('.yaml'))

describe.each([80, 100, 160])('in %i columns', (columns) => {
  test.each(flows)('the plan of %s fits', async (name) => {
    const text = textOf(await loadFlow(`flows/${name}`), columns)
    for (const line of text.split('\n')) expect(width(line), line).toBeLessThanOrEqual(columns)
  })

  test('the plan of long names and large numbers fits', () => {
    for (const line of textOf(wide, columns).split('\n'))
      expect(width(line), line).toBeLessThanOrEqual(columns)
  })
})

test('colours change nothing but colours', () => {
  // Palettes of a terminal join all they are called with.
  const joined = (...texts: readonly string[]): string => texts.join(' ')
  const keys = ['error', 'warning', 'note', 'help', 'success', 'dim', 'bold'] as const
  const palette = { ...plainPalette, ...Object.fromEntries(keys.map((key) => [key, joined])) }
  expect(textOf(wide, 80, palette)).toBe(textOf(wide, 80))
})

test('what would move the cursor is shown as signs', () => {
  const bad = compile('llmflows: 1\nname: f\nsteps: { a: { prompt: "one \\e[31m\\u202e two" } }\n')
  expect(textOf(bad, 80)).toContain('    one ␛[31m<U+202E> two\n')
})
