import { Ajv } from 'ajv'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { valueProblem, valueProblems } from '../../src/flow/value-check.ts'

const ajv = new Ajv({ strict: false, validateSchema: false, ownProperties: true })

const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.constantFrom(null, true, false, 0, 1, -1, 2.5, 3, 10, '', 'a', 'ab', 'abc', '😀'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'constructor'), tie('value'), { maxKeys: 3 }),
  ),
})).value

/** As it comes out of a file: with ordinary prototypes, which ajv looks at when it compares. */
function asJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}

const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'array', 'object', 'null')
const count = fc.integer({ min: 0, max: 4 })
const plainRules = {
  type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
  enum: fc.array(value, { minLength: 1, maxLength: 3 }),
  const: value,
  minLength: count,
  maxLength: count,
  pattern: fc.constantFrom('^a', 'b$', '^[a-c]*$', '.'),
  minimum: fc.integer({ min: -2, max: 4 }),
  maximum: fc.integer({ min: -2, max: 4 }),
  exclusiveMinimum: fc.integer({ min: -2, max: 4 }),
  exclusiveMaximum: fc.integer({ min: -2, max: 4 }),
  multipleOf: fc.constantFrom(1, 2, 0.5, 2.5),
  minItems: count,
  maxItems: count,
  uniqueItems: fc.boolean(),
  minProperties: count,
  maxProperties: count,
  required: fc.uniqueArray(fc.constantFrom('a', 'b', 'constructor')),
}
const schema = fc.letrec((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3 },
    fc.record(plainRules, { requiredKeys: [] }),
    fc.record(
      {
        ...plainRules,
        // Only deeper inside, where it cannot lead back to its own place.
        items: fc.oneof(tie('schema'), fc.constantFrom({ $ref: '#' }, { $ref: '#/$defs/a' })),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'constructor'), tie('schema'), { maxKeys: 2 }),
        additionalProperties: fc.oneof(fc.boolean(), tie('schema')),
        anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
        allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: [] },
    ),
  ),
})).schema as fc.Arbitrary<Record<string, unknown>>

const definitions = { a: { type: 'string' }, b: { type: 'array', items: { $ref: '#/$defs/a' } } }

test('a value fits a schema exactly when ajv says so', () => {
  fc.assert(
    fc.property(schema.map(asJson), value.map(asJson), (written, given) => {
      const rules = { ...written, $defs: definitions }
      const problem = valueProblem(given, rules)
      expect(problem === undefined, problem ?? 'no problem').toBe(ajv.validate(rules, given))
    }),
    { numRuns: 200 },
  )
}, 60_000)

test.each([
  [{ type: 'integer' }, 1.5, 'must be a whole number, not 1.5'],
  [{ type: 'array', items: { type: 'string' } }, ['a', 2], 'at [1] must be text, not 2'],
  [{ type: 'object', required: ['id'] }, {}, 'lacks "id"'],
  [
    { type: 'object', properties: { a: { type: 'array', items: { required: ['id'] } } } },
    { a: [{}] },
    'at a[0] lacks "id"',
  ],
  [{ type: 'string', minLength: 1 }, '', 'must not be empty'],
])('for %j the value %j %s', (rules, given, problem) => {
  expect(valueProblem(given, rules)).toBe(problem)
})

test.each([
  [{ type: ['string', 'null'] }, 5, ['must be text or null, not 5']],
  [
    { type: 'array', uniqueItems: true },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    ['must have no item twice, and has {"b":2,"a":1} twice'],
  ],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 5, ['must be text, not 5, or must be null, not 5']],
  [
    {
      properties: {
        who: {
          anyOf: [
            { type: 'object', required: ['id'], properties: { id: { type: 'number' } } },
            { type: 'null' },
          ],
        },
      },
    },
    { who: { id: 'x' } },
    ['at who at id must be a number, not "x"'],
  ],
  [{ oneOf: [{ type: 'number' }, { type: 'integer' }] }, 5, ['fits 2 of the schemas of "oneOf"']],
  [
    {
      type: 'object',
      required: ['a', 'b'],
      properties: { c: { type: 'string' } },
      additionalProperties: false,
    },
    { c: 1, d: 2 },
    ['lacks "a"', 'lacks "b"', 'at c must be text, not 1', 'has no "d"'],
  ],
  [
    { type: 'array', items: { type: 'string' } },
    Array.from({ length: 9 }, (_, index) => index),
    [
      'at [0] must be text, not 0',
      'at [1] must be text, not 1',
      'at [2] must be text, not 2',
      'at [3] must be text, not 3',
    ],
  ],
])('for %j all that is wrong with %j is said, up to a few things', (rules, given, problems) => {
  expect(valueProblems(given, rules, 4)).toEqual(problems)
})

test('choices in choices are not tried for ever', () => {
  const $defs: Record<string, unknown> = { leaf: { type: 'string' } }
  const part = { type: 'array', items: { anyOf: Array.from({ length: 8 }, () => ({ $ref: '#' })) } }
  let nested: unknown = 5
  for (let depth = 0; depth < 60; depth++) nested = [nested]
  expect(valueProblem(nested, { ...part, $defs })).toBe('could not be checked in time')
})

test('a pattern that would take forever gets a moment', () => {
  expect(valueProblem(`${'a'.repeat(50)}!`, { pattern: '^(a+)+$' })).toBe(
    'could not be matched against ^(a+)+$ in time',
  )
})

test('the patterns of all parts of a value get that moment together', () => {
  const evil = `${'a'.repeat(50)}!`
  const patterns = { type: 'array', items: { anything: true, properties: { a: { pattern: '^(a+)+$' } } } }
  // A list of a hundred such texts would otherwise take a hundred moments: each is only refused after its own.
  const problem = valueProblem([{ a: 'aaa' }, ...Array.from({ length: 100 }, () => ({ a: evil }))], patterns)
  expect(problem).toBe('at [1].a could not be matched against ^(a+)+$ in time')
})

test('a mistake in the check itself is not taken for a slow pattern', () => {
  const broken = {
    get length(): number {
      throw new RangeError('broken')
    },
  }
  const value: unknown = new Proxy([], { get: () => broken.length })
  expect(() => valueProblem(value, { pattern: 'x', minItems: 1 })).toThrow(RangeError)
})

test('fifty thousand texts are matched within the moment that they have together', () => {
  const ids = Array.from({ length: 50_000 }, (_, number) => `id-${number}`)
  expect(
    valueProblem(ids, { type: 'array', items: { type: 'string', pattern: '^id-[0-9]+$' } }),
  ).toBeUndefined()
  ids.push('x')
  expect(valueProblem(ids, { type: 'array', items: { type: 'string', pattern: '^id-[0-9]+$' } })).toBe(
    'at [50000] must match ^id-[0-9]+$',
  )
})

test('a choice is the same value whatever made it and in whatever order its keys stand', () => {
  const choice: unknown = Object.assign(Object.create(null), { a: 1, b: [2] })
  expect(valueProblem({ b: [2], a: 1 }, { enum: [choice] })).toBeUndefined()
  expect(valueProblem({ b: [2], a: 2 }, { const: choice })).toBe(
    'must be {"a":1,"b":[2]}, not {"b":[2],"a":2}',
  )
})
