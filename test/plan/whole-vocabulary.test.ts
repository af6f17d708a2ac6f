import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadFlow } from '../../src/index.ts'
import { planFlow, type Plan } from '../../src/plan/plan.ts'
import { compile, words } from './words.ts'

function plan(text: string, maxItems = 200): Plan {
  const answer = planFlow(compile(text), { inputs: new Map(), tokenizer: words, maxItems })
  if ('problems' in answer) throw new Error('no inputs were given')
  return answer.plan
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-plan-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

async function planFile(path: string): Promise<Plan> {
  const answer = planFlow(await loadFlow(path), { inputs: new Map(), tokenizer: words, maxItems: 200 })
  if ('problems' in answer) throw new Error('no inputs were given')
  return answer.plan
}

const head =
  'llmflows: 1\nname: f\nllms: { m: { provider: scripted, answers: [{ answer: x }], max_tokens: 10 } }\n'
const range = (lower: number, expected: number, upper: number): object => ({ lower, expected, upper })

test('a list that an answer makes has from none to as many items as a step may have', () => {
  const { steps, totals, unmeasured } = plan(
    `${head}steps:
  list: { prompt: name some, output_schema: { type: array, items: { type: string } } }
  each: { for_each: "{list}", prompt: "one {index}" }
`,
    7,
  )
  expect(steps[1]).toMatchObject({ items: null, calls: range(0, 1, 7) })
  expect(steps[1]?.prompts).toHaveLength(1)
  expect(totals).toMatchObject({ calls: 2, most_calls: 8 })
  expect(unmeasured).toEqual([])
})

test('a list whose length is known counts, although a step makes it', () => {
  const { steps } = plan(`${head}steps:
  list: { value: [a, b, c] }
  each: { for_each: "{list}", prompt: "one {item}" }
`)
  expect(steps[1]).toMatchObject({ items: 3, calls: range(3, 3, 3) })
})

test('what has a condition, and what needs it, may not run at all', () => {
  const { steps } = plan(`${head}inputs: { long: { type: boolean, default: true } }
steps:
  a: { when: long, prompt: one two }
  b: { prompt: "three {a}" }
`)
  expect(steps.map(({ calls, input_tokens }) => [calls, input_tokens.lower])).toEqual([
    [range(0, 1, 1), 0],
    [range(0, 1, 1), 0],
  ])
})

test('what a program or a function gives is said not to be counted', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'flow.yaml')
  writeFileSync(
    path,
    `${head}steps:
  date: { command: [date] }
  card: { value: { today: "{date}" } }
  a: { prompt: "today is {card.today}" }
`,
  )
  const { unmeasured, totals } = await planFile(path)
  expect(unmeasured).toEqual(['what "card" adds to step "a"'])
  expect(totals.most_calls).toBe(1)
})

test('a flow inside counts with its rounds and its items', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-plan-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(
    join(folder, 'inner.yaml'),
    `${head}steps: { a: { prompt: "go {x}" }, b: { prompt: "on {a}" } }\n`,
  )
  writeFileSync(
    join(folder, 'flow.yaml'),
    `${head}steps:
  fixed: { flow: ./inner.yaml, with: { x: one }, for_each: 2, repeat: { max: 3 } }
  until: { flow: ./inner.yaml, with: { x: "two" }, repeat: { until: 'previous.b == "done"', max: 5 } }
  last: { prompt: "{until.b}" }
`,
  )
  const planned = await planFile(join(folder, 'flow.yaml'))
  const [fixed, until, last] = planned.steps
  expect(fixed).toMatchObject({ calls: range(12, 12, 12), llm: null, output_tokens: range(0, 60, 120) })
  expect(until).toMatchObject({ calls: range(2, 2, 10), output_tokens: range(0, 10, 100) })
  expect(last?.input_tokens.upper).toBeGreaterThanOrEqual(10)
  expect(planned.totals).toMatchObject({ calls: 15, most_calls: 23 })
})
