import { describe, expect, test } from 'vitest'
import { checkSource } from '../../src/graph/load.ts'
import { sourceOf } from '../../src/document/flow-file.ts'
import { typeOfSchema } from '../../src/flow/schema-type.ts'
import { describeType } from '../../src/flow/value-type.ts'

describe('the type of what fits a schema', () => {
  test.each([
    [{}, 'any value'],
    [{ type: ['string', 'null'] }, 'text or null'],
    [
      { anyOf: [{ type: 'integer' }, { type: 'array', items: { type: 'string' } }] },
      'a number or a list of texts',
    ],
    [{ oneOf: [{ type: 'boolean' }, {}] }, 'any value'],
    [{ $ref: '#/$defs/a', $defs: { a: { type: 'string' } } }, 'text'],
    [{ $ref: '#/definitions/b~1c', definitions: { 'b/c': { type: 'null' } } }, 'null'],
    [{ $ref: '#/$defs/toString', $defs: {} }, 'any value'],
    [{ type: 'date' }, 'any value'],
    ['no schema', 'any value'],
  ])('%j: %s', (schema, type) => {
    expect(describeType(typeOfSchema(schema))).toBe(type)
  })

  test('is unknown where a schema is inside itself', () => {
    const tree = { type: 'object', properties: { name: { type: 'string' }, under: { $ref: '#' } } }
    const type = typeOfSchema(tree)
    expect(type.kind === 'object' && [...type.entries].map(([key, one]) => [key, one.kind])).toEqual([
      ['name', 'text'],
      ['under', 'unknown'],
    ])
  })

  test('is found in a moment where definitions double again and again', () => {
    const $defs: Record<string, object> = { d0: { type: 'string' } }
    for (let at = 1; at < 60; at++) {
      const $ref = `#/$defs/d${at - 1}`
      $defs[`d${at}`] = { type: 'object', properties: { a: { $ref }, b: { $ref } }, required: ['a', 'b'] }
    }
    expect(typeOfSchema({ $ref: '#/$defs/d59', $defs }).kind).toBe('object')
  })
})

/** What is said of a flow whose step `poem` uses a plan that fits the schema. */
function said(schema: object, poem: object): readonly string[] {
  const steps = { plan: { prompt: 'Plan it', output_schema: schema }, poem }
  const text = JSON.stringify({ llmflows: 1, name: 'test', steps })
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source).diagnostics.map(({ code, message }) => `${code}: ${message}`)
}

const plan = {
  type: 'object',
  properties: {
    title: { type: 'string' },
    hint: { type: 'string' },
    scenes: {
      type: 'array',
      items: { type: 'object', properties: { place: { type: 'string' } }, required: ['place'] },
    },
  },
  required: ['title', 'scenes'],
  additionalProperties: false,
}

describe('what follows an answer of a schema', () => {
  test('may use every part that is there', () => {
    const poem = {
      for_each: '{plan.scenes}',
      prompt: '{plan.title} {plan.hint ?? "…"} {item.place} {plan | json}',
    }
    expect(said(plan, poem)).toEqual([])
  })

  test.each([
    [{ prompt: '{plan.name}' }, 'wrong-path: "plan" has no "name"'],
    [
      { prompt: '{plan.hint}' },
      'missing-value: {plan.hint} may have no value: nothing requires "plan" to have "hint"',
    ],
    [
      { for_each: '{plan.title}', prompt: '{item}' },
      'bad-for-each: step "poem" runs for each item of a list, and {plan.title} is text',
    ],
    [
      { for_each: '{plan.scenes}', prompt: '{item.where}' },
      'missing-value: {item.where} may have no value: nothing requires "item" to have "where"',
    ],
    [
      { prompt: '{plan.title | bullets}' },
      'wrong-formatter: "bullets" formats lists, and {plan.title} is text',
    ],
  ])('and nothing else: %j', (poem, message) => {
    expect(said(plan, poem)).toEqual([message])
  })

  test('is told nothing twice where the schema itself is wrong', () => {
    expect(said({ $ref: '#/$defs/none' }, { prompt: '{plan.title}' })).toEqual([
      'bad-schema: nothing is defined as "#/$defs/none"',
    ])
    expect(
      said({ type: 'object', propertys: plan.properties, required: ['title'] }, { prompt: '{plan.title}' }),
    ).toEqual(['unknown-key: "output_schema" of step "plan" has no "propertys"'])
  })
})
