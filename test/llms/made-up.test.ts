import { expect, test } from 'vitest'
import { valueProblems } from '../../src/flow/value-check.ts'
import { madeUp } from '../../src/llms/embedded/made-up.ts'
import { offline, runFlow } from '../../src/index.ts'
import { compiled, flowText } from '../run/front-door.ts'

const schemas: readonly Readonly<Record<string, unknown>>[] = [
  {},
  { type: 'string', minLength: 12 },
  { type: 'string', maxLength: 2 },
  { type: 'integer', minimum: 3.5 },
  { type: 'number', exclusiveMaximum: 0 },
  { type: 'integer', exclusiveMinimum: 7, multipleOf: 5 },
  { enum: ['red', 'green'] },
  { const: { a: [1] } },
  { type: 'array', items: { type: 'boolean' }, minItems: 4 },
  { type: 'array', items: { type: 'number' }, maxItems: 1 },
  { type: ['null', 'string'] },
  { anyOf: [{ type: 'integer' }, { type: 'null' }] },
  {
    type: 'object',
    properties: {
      title: { type: 'string' },
      scenes: { type: 'array', items: { type: 'object', properties: { line: {} }, required: ['line'] } },
    },
    required: ['title', 'scenes'],
    additionalProperties: false,
  },
  {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        type: 'object',
        properties: { name: { type: 'string' }, next: { type: 'array', items: { $ref: '#/$defs/node' } } },
        required: ['name'],
      },
    },
  },
]

test.each(schemas)('what is made up fits its schema: %j', (schema) => {
  expect(valueProblems(madeUp(schema), schema, 5)).toEqual([])
})

test('a flow whose answers have a shape runs without a model, and says what that is worth', async () => {
  const flow = compiled(
    flowText({
      llms: { m: { provider: 'openai', model: 'gpt-4o-mini' } },
      steps: {
        facts: {
          prompt: 'What is in {letter}?',
          output_schema: {
            type: 'object',
            properties: { wishes: { type: 'array', items: { type: 'string' } } },
            required: ['wishes'],
          },
        },
        each: { for_each: '{facts.wishes}', value: 'do {item}' },
      },
    }),
  )
  const result = await runFlow(offline(flow), { inputs: { letter: 'x' }, env: {} })
  expect(result.outputs).toEqual({
    facts: { wishes: ['wishes 1', 'wishes 2'] },
    each: ['do wishes 1', 'do wishes 2'],
  })
  expect(result.steps['facts']?.note).toContain('made up to fit "output_schema"')
})
