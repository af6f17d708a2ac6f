import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runFlow, type RunResult } from '../../src/index.ts'
import { dollarsFor } from '../../src/llms/prices.ts'
import { planFlow, type Plan } from '../../src/plan/plan.ts'
import type { Range } from '../../src/plan/range.ts'
import { compile, words } from './words.ts'

const price = { input: 3, output: 15 }

/** A text of a prompt between placeholders; some touch them, so that words merge. */
const scrap = fc.constantFrom('', ' ', 'a', ' b ', 'c d', '\n- ', '{{x}}', '"', ' e')
const formatters = ['', ' | json', ' | bullets', ' | join: "+"', ' | lines']

/**
 * Steps that use those before them, in prompts and values, alone and in items, as scripted llms answer them: each as long
 * as it may be, so that the upper bound has nothing to spare.
 */
const flows = fc
  .array(
    fc.record({
      kind: fc.constantFrom('llm', 'llm', 'llm', 'value'),
      items: fc.constantFrom(undefined, 1, 3),
      uses: fc.array(fc.tuple(fc.nat(), fc.constantFrom(...formatters), scrap), { maxLength: 4 }),
      answer: fc.array(fc.constantFrom('one', 'two"', 'x\ny', ' z '), { minLength: 1, maxLength: 4 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((steps) => {
    const lines = steps.map(({ kind, items, uses }, step) => {
      const text = uses
        .map(([number, formatter, after]) => {
          if (step === 0) return after
          const from = number % step
          const isList = steps[from]?.items !== undefined
          return `{s${from}${isList || formatter === ' | json' ? formatter : ''}}${after}`
        })
        .join('')
      const forEach = items === undefined ? '' : `for_each: ${items}, `
      const written = JSON.stringify(`go ${text}`)
      if (kind === 'value') return `  s${step}: { ${forEach}value: { text: ${written}, n: 1 } }`
      return `  s${step}: { ${forEach}llm: l${step}, prompt: ${written} }`
    })
    const llms = steps.map(
      ({ answer }, step) =>
        `  l${step}: { provider: scripted, model: m, max_tokens: ${words.count(answer.join(' '))}, answers: [{ answer: ${JSON.stringify(answer.join(' '))} }] }`,
    )
    return `llmflows: 1\nname: f\nllms:\n${llms.join('\n')}\nsteps:\n${lines.join('\n')}\n`
  })

function planned(text: string): Plan {
  const answer = planFlow(compile(text), { inputs: new Map(), tokenizer: words, maxItems: 200 })
  if ('problems' in answer) throw new Error('no inputs were given')
  return answer.plan
}

function expectIn(value: number, { lower, upper }: Range, what: string): void {
  expect(value, what).toBeGreaterThanOrEqual(lower)
  expect(value, what).toBeLessThanOrEqual(upper)
}

/** What the calls of a step, all items together, took. */
function usageOf(result: RunResult, id: string): { readonly input: number; readonly output: number } {
  let [input, output] = [0, 0]
  for (const [key, { call_data }] of Object.entries(result.steps)) {
    if (key !== id && !key.startsWith(`${id}[`)) continue
    input += call_data?.usage?.input_tokens ?? 0
    output += call_data?.usage?.output_tokens ?? 0
  }
  return { input, output }
}

test('what a run takes lies within what was planned, step by step and in all', async () => {
  await fc.assert(
    fc.asyncProperty(flows, async (text) => {
      const { steps, totals } = planned(text)
      const result = await runFlow(compile(text), { env: {} })
      expect(result.status).toBe('succeeded')
      for (const step of steps) {
        const { input, output } = usageOf(result, step.id)
        expectIn(input, step.input_tokens, `${step.id} in\n${text}`)
        expectIn(output, step.output_tokens, `${step.id} out\n${text}`)
      }
      const { input_tokens, output_tokens, calls, cost } = result.usage
      expect(calls).toBe(totals.calls)
      expectIn(input_tokens, totals.input_tokens, `all in\n${text}`)
      expectIn(output_tokens, totals.output_tokens, `all out\n${text}`)
      expectIn(cost ?? -1, totals.cost ?? { lower: 0, expected: 0, upper: 0 }, 'free')
      const dollars = {
        lower: dollarsFor(price, totals.input_tokens.lower, totals.output_tokens.lower),
        expected: 0,
        upper: dollarsFor(price, totals.input_tokens.upper, totals.output_tokens.upper),
      }
      expectIn(dollarsFor(price, input_tokens, output_tokens), dollars, 'dollars')
    }),
    { numRuns: 150 },
  )
})

test('the least is never more than the likely, nor that more than the most', () => {
  fc.assert(
    fc.property(flows, fc.double({ min: 0, max: 100, noNaN: true }), (text, dollars) => {
      const priced = text.replaceAll(
        /provider: scripted, model: m, max_tokens: ${words.count(answer.join(' '))}, answers: .*\}\] \}/g,
        `provider: openai, model: m, max_tokens: 7, price: { input: ${dollars.toFixed(3)}, output: 2 } }`,
      )
      const { steps, totals } = planned(priced)
      const ranges = [...steps, totals].flatMap(({ input_tokens, output_tokens, cost }) => [
        input_tokens,
        output_tokens,
        ...(cost === null ? [] : [cost]),
      ])
      expect(ranges).toHaveLength(3 * (steps.length + 1))
      for (const { lower, expected, upper } of ranges) {
        expect(lower).toBeGreaterThanOrEqual(0)
        expect(expected).toBeGreaterThanOrEqual(lower)
        expect(upper).toBeGreaterThanOrEqual(expected)
      }
    }),
    { numRuns: 150 },
  )
})
