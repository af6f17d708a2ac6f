import { expect, test } from 'vitest'
import { allowsStrict } from '../../src/flow/strict-schema.ts'

const object = (properties: object, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
})
const text = { type: 'string' }

test.each([
  ['all keys required and no others', object({ a: text, b: { type: ['string', 'null'] } })],
  ['an object inside', object({ a: { type: 'array', items: object({ b: text }) } })],
  ['a choice inside', object({ a: { anyOf: [text, object({ b: { enum: [1, 2] } })] } })],
  ['a schema that refers to itself', object({ next: { $ref: '#' } })],
  ['definitions', object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: object({ y: text }) } })],
  ['a known format', object({ a: { type: 'string', format: 'date' } })],
])('strict mode takes %s', (_, schema) => {
  expect(allowsStrict(schema)).toBe(true)
})

test.each([
  ['a list as the whole', { type: 'array', items: text }],
  ['a choice as the whole', object({ a: text }, { anyOf: [object({})] })],
  ['a key that is not required', object({ a: text }, { required: [] })],
  ['keys beyond the properties', object({ a: text }, { additionalProperties: true })],
  ['an open object inside', object({ a: { type: 'object', properties: { b: text }, required: ['b'] } })],
  [
    'an open object in a definition',
    object({ a: { $ref: '#/$defs/x' } }, { $defs: { x: { type: 'object' } } }),
  ],
  ['a length', object({ a: { type: 'string', minLength: 1 } })],
  ['a default', object({ a: { type: 'string', default: 'x' } })],
  ['something beside a reference', object({ a: { $ref: '#', description: 'the next one' } })],
  ['a value of any type', object({ a: {} })],
  ['a list of anything', object({ a: { type: 'array' } })],
  ['a format of its own', object({ a: { type: 'string', format: 'isbn' } })],
  ['eleven levels', Array.from({ length: 11 }).reduce<object>((inner) => object({ inner }), text)],
  ['too many choices', object({ a: { enum: Array.from({ length: 1001 }, (_, index) => index) } })],
])('strict mode does not take %s', (_, schema) => {
  expect(allowsStrict(schema as Record<string, unknown>)).toBe(false)
})
