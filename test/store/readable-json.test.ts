import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readableJson, readableValue } from '../../src/store/readable-json.ts'
import type { Json } from '../../src/source/json.ts'

test('a text of several lines is written as its lines', () => {
  expect(readableJson({ prompt: 'Write a haiku\nabout rain\n', n: 1 })).toBe(`{
  "prompt": {
    "$lines": [
      "Write a haiku",
      "about rain",
      ""
    ]
  },
  "n": 1
}
`)
})

test('what looks like such a text comes back as well', () => {
  const values: readonly Json[] = [
    { $lines: ['a', 'b'] },
    { $plain: { $lines: ['a', 'b'] } },
    { $lines: { $plain: 'a\nb' } },
    { $plain: 'a' },
    { $lines: ['a', 1] },
    { $lines: 'a', b: '\n' },
    [{ $lines: [] }, { $plain: [] }, { $plain: {} }],
    JSON.parse('{"__proto__":{"a":"x\\ny"},"constructor":1}') as Json,
  ]
  for (const value of values) {
    expect(JSON.stringify(readableValue(readableJson(value)))).toBe(JSON.stringify(value))
    expect(JSON.parse(readableJson(value))).toBeDefined()
  }
})

test('every value comes back as it was', () => {
  const { value } = fc.letrec<{ value: Json; list: Json; object: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom<Json>('a\nb', '', null, 1, true, '\r\n'),
      tie('list'),
      tie('object'),
    ),
    list: fc.array(tie('value'), { maxLength: 3 }),
    object: fc.dictionary(fc.constantFrom('$lines', '$plain', 'a', '__proto__'), tie('value'), {
      maxKeys: 2,
    }),
  }))
  fc.assert(
    fc.property(value, (json) => {
      const plain = JSON.parse(JSON.stringify(json)) as Json
      expect(readableValue(readableJson(plain))).toEqual(plain)
    }),
    { numRuns: 2000 },
  )
})
