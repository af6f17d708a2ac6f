import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { describe, expect, test } from 'vitest'
import { planFlow, type Plan } from '../../src/plan/plan.ts'
import type { Json } from '../../src/index.ts'
import { compile, words } from './words.ts'

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/plan.schema.json', import.meta.url), 'utf8'),
) as Record<string, unknown>
const isPlan = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true }).compile(schema)

function planWith(text: string, inputs: Readonly<Record<string, Json>>) {
  const options = { inputs: new Map(Object.entries(inputs)), tokenizer: words, maxItems: 200 }
  return planFlow(compile(text), options)
}

function plan(text: string, inputs: Readonly<Record<string, Json>> = {}): Plan {
  const planned = planWith(text, inputs)
  if ('problems' in planned) throw new Error(planned.problems.map(({ message }) => message).join('\n'))
  expect(isPlan(planned.plan), JSON.stringify(isPlan.errors)).toBe(true)
  // What is printed is the whole of it.
  expect(JSON.parse(JSON.stringify(planned.plan))).toEqual(planned.plan)
  return planned.plan
}

const head = (more = '') => `llmflows: 1
name: f
llms: { w: { provider: openai, model: m, api: completions, max_tokens: 10${more} } }
`

function promptsOf(planned: Plan, id: string): readonly string[] {
  const step = planned.steps.find((one) => one.id === id)
  return (step?.prompts ?? []).map(({ messages }) => messages.map(({ content }) => content).join('\n'))
}

describe('the prompts of a plan', () => {
  test('are whole where inputs, constants, items and values decide them', () => {
    const planned = plan(
      `${head()}inputs: { topic: {}, tags: { type: array, default: [x, y] } }
steps:
  facts: { value: { about: "{topic}", all: "{tags}" } }
  each: { for_each: "{tags}", as: tag, prompt: "{index} {tag} {facts.about} {facts.all | bullets} {{topic}}" }
`,
      { topic: 'rain' },
    )
    expect(promptsOf(planned, 'each')).toEqual(['0 x rain - x\n- y {topic}', '1 y rain - x\n- y {topic}'])
    expect(planned.steps[1]?.prompts.map(({ waits_for }) => waits_for)).toEqual([[], []])
    expect(planned.steps[1]).toMatchObject({ items: 2, input_tokens: { lower: 16, expected: 16, upper: 16 } })
  })

  test('keep the placeholders of what no one knows yet, and name the variables', () => {
    const planned = plan(`${head()}inputs: { topic: {} }
steps:
  a: { prompt: "About {topic}" }
  b: { value: { text: "{a}", n: 1 } }
  c: { prompt: "{b.n} {b.text} {a | json} {b}" }
`)
    expect(planned.missing_inputs).toEqual(['topic'])
    expect(promptsOf(planned, 'a')).toEqual(['About {topic}'])
    expect(planned.steps[0]?.prompts[0]?.waits_for).toEqual(['topic'])
    expect(promptsOf(planned, 'c')).toEqual(['{b.n} {b.text} {a | json} {b}'])
    expect(planned.steps[2]?.prompts[0]?.waits_for).toEqual(['b', 'a'])
  })

  test('hold the system message and the turns before the prompt', () => {
    const planned = plan(`llmflows: 1
name: f
steps: { a: { system: Be kind, messages: [{ role: user, content: Hi }, { role: assistant, content: Ho }], prompt: Go } }
`)
    expect(planned.steps[0]?.prompts[0]?.messages.map(({ role }) => role)).toEqual([
      'system',
      'user',
      'assistant',
      'user',
    ])
  })
})

describe('the amounts of a plan', () => {
  test('let an answer have none to all of its tokens, and pass them on', () => {
    const planned = plan(`${head(', price: { input: 1000000, output: 10000000 }')}steps:
  a: { prompt: one two }
  b: { prompt: "three {a} four" }
`)
    expect(planned.steps[0]).toMatchObject({
      input_tokens: { lower: 2, expected: 2, upper: 2 },
      output_tokens: { lower: 0, expected: 5, upper: 10 },
      cost: { lower: 2, expected: 52, upper: 102 },
    })
    // Where the answer is put in, two tokens may merge into one, and one may be cut in two.
    expect(planned.steps[1]?.input_tokens).toEqual({ lower: 0, expected: 7, upper: 13 })
    expect(planned.totals).toMatchObject({ calls: 2, cost: { lower: 2, expected: 109, upper: 215 } })
  })

  test('allow for a token that is cut in two by every answer in a list', () => {
    const planned = plan(`${head()}steps:
  a: { for_each: 2, prompt: Go }
  b: { prompt: 'x {a | join: "+"} y' }
`)
    // "x", "+" and "y", two answers of ten, and one more for each of them.
    expect(planned.steps[1]?.input_tokens).toEqual({ lower: 0, expected: 13, upper: 25 })
  })

  test('count the second question that a truncated answer may lead to', () => {
    const planned = plan(`${head()}steps:
  a: { prompt: one two, on_truncated: retry }
  b: { prompt: "{a}" }
`)
    expect(planned.steps[0]?.input_tokens).toEqual({ lower: 2, expected: 2, upper: 4 })
    expect(planned.steps[0]?.output_tokens).toEqual({ lower: 0, expected: 5, upper: 30 })
    expect(planned.steps[1]?.input_tokens.upper).toBe(21)
  })

  test('count what a chat adds around its messages, but not for the least', () => {
    const planned = plan('llmflows: 1\nname: f\nsteps: { a: { system: Be kind, prompt: Go } }\n')
    expect(planned.steps[0]?.input_tokens).toEqual({ lower: 3, expected: 14, upper: 14 })
  })

  test('have no dollars for a model without a price, which is named', () => {
    const planned = plan(`llmflows: 1
name: f
llms: { w: { provider: openai, model: m }, x: { provider: ollama, model: n } }
steps: { a: { prompt: Go }, b: { prompt: Go, llm: x } }
`)
    expect(planned.steps.map(({ cost }) => cost)).toEqual([null, { lower: 0, expected: 0, upper: 0 }])
    expect(planned.totals.unpriced_models).toEqual(['openai/m'])
    expect(planned.totals.cost).toEqual({ lower: 0, expected: 0, upper: 0 })
  })

  test('of nothing but unpriced models are no sum', () => {
    expect(plan(`${head()}steps: { a: { prompt: Go } }\n`).totals.cost).toBeNull()
    expect(plan('llmflows: 1\nname: f\nsteps: { a: { value: 1 } }\n').totals.cost).toEqual({
      lower: 0,
      expected: 0,
      upper: 0,
    })
  })
})

test('a plan says in which order steps run and how often', () => {
  const planned = plan(`${head()}inputs: { tags: { type: array } }
steps:
  last: { prompt: "{left} {right}" }
  left: { for_each: "{tags}", prompt: "{first} {item}" }
  right: { for_each: 3, prompt: "{first}" }
  first: { prompt: Go }
`)
  expect(planned.stages).toEqual([['first'], ['left', 'right'], ['last']])
  expect(planned.critical_path).toEqual(['first', 'left', 'last'])
  expect(planned.steps.map(({ items }) => items)).toEqual([1, null, 3, 1])
  expect(planned.missing_inputs).toEqual(['tags'])
  expect(planned.totals.calls).toBe(5)
})

test('an input that does not fit is no plan, and one that nobody uses is not missed', () => {
  const text =
    'llmflows: 1\nname: f\ninputs: { n: { type: integer }, m: {} }\nsteps: { a: { prompt: "{n}" } }\n'
  const planned = planWith(text, { n: 'x' })
  expect(planned).toMatchObject({ problems: [{ message: expect.stringMatching(/^input "n" must be /) }] })
  expect(plan(text, { n: 1 }).missing_inputs).toEqual([])
})

test('the schema describes every property and allows no other', () => {
  const definitions = Object.values(schema['definitions'] as Record<string, unknown>)
  for (const object of [schema, ...definitions]) {
    expect(object).toMatchObject({
      type: 'object',
      additionalProperties: false,
      description: expect.any(String),
    })
    for (const [key, property] of Object.entries((object as { properties: object }).properties))
      expect(property, key).toHaveProperty('description', expect.stringMatching(/\w.*\.$/))
  }
})

describe('there is no plan', () => {
  const steps = Array.from({ length: 60 }, (_, n) => `  s${n + 1}: { value: "{s${n}}{s${n}}" }\n`).join('')

  test('for values that double at every step', () => {
    const text = `llmflows: 1\nname: f\nsteps:\n  s0: { value: twice }\n${steps}`
    expect(planWith(text, {})).toMatchObject({
      problems: [{ message: 'the text would have more than 8388608 characters' }],
    })
  })

  test('for more items than a step may have', () => {
    const text =
      'llmflows: 1\nname: f\ninputs: { l: { type: array } }\nsteps: { a: { for_each: "{l}", prompt: "{item}" } }\n'
    expect(planWith(text, { l: Array.from({ length: 201 }, String) })).toEqual({
      problems: [
        {
          message: 'step "a" has 201 items, and a step may have 200',
          help: 'if that is meant, add --max-items 201',
        },
      ],
    })
  })

  test('that is larger than memory', () => {
    const text = `llmflows: 1\nname: f\ninputs: { big: {} }\nsteps: { a: { for_each: 200, prompt: "{big}" } }\n`
    expect(planWith(text, { big: 'x'.repeat(1_000_000) })).toMatchObject({
      problems: [{ message: 'the prompts and values together have more than 67108864 characters' }],
    })
  })
})

test('answers that double at every step have no more tokens than a text can have', () => {
  const steps = Array.from({ length: 2000 }, (_, n) => `  s${n + 1}: { value: "{s${n}}{s${n}}" }\n`).join('')
  const planned = plan(`${head()}steps:\n  s0: { prompt: Go }\n${steps}  end: { prompt: "{s2000}" }\n`)
  expect(planned.steps.at(-1)?.input_tokens.upper).toBeLessThan(1e9)
})
