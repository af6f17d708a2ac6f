import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson, contentKey } from '../../src/store/canonical-json.ts'
import type { Json } from '../../src/source/json.ts'

/** The same value with its keys in another order, all the way down. */
function reordered(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map(reordered)
  const entries = Object.entries(value).map(([key, item]) => [key, reordered(item)] as const)
  return Object.fromEntries(entries.reverse())
}

describe('the canonical text of a value', () => {
  test('has sorted keys, no spaces and exact numbers', () => {
    const value = {
      'b': [1.0, 1e21, -0, 0.1, 2 ** 60],
      'a': { ä: null, z: true, Z: '\u2028"' },
      '': {},
    }
    expect(canonicalJson(value)).toBe(
      '{"":{},"a":{"Z":"\u2028\\"","z":true,"ä":null},"b":[1,1e+21,0,0.1,1152921504606847000]}',
    )
  })

  test('is JSON of the same value, whatever the order of its keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (any) => {
        const value = JSON.parse(JSON.stringify(any)) as Json
        expect(JSON.parse(canonicalJson(value))).toEqual(value)
        expect(canonicalJson(reordered(value))).toBe(canonicalJson(value))
      }),
      { numRuns: 500 },
    )
  })

  test('keeps names that mean something to JavaScript', () => {
    const value = JSON.parse('{"__proto__":1,"constructor":{"toString":2}}') as Json
    expect(canonicalJson(value)).toBe('{"__proto__":1,"constructor":{"toString":2}}')
  })

  test('there is none of a number that JSON does not have', () => {
    for (const number of [NaN, Infinity]) expect(() => canonicalJson([number])).toThrow(RangeError)
  })
})

test('a key never changes: what was kept under it would be lost', () => {
  expect(
    contentKey({ verb: 'prompt', messages: [{ role: 'user', content: 'héllo\n' }], temperature: 0 }),
  ).toBe('a58c761fb3a21e5f4b7375327f3936425e4b6d85fc22110602a3e2c7508bf852')
  expect(contentKey({ a: 1, b: 2 })).toBe(contentKey({ b: 2, a: 1 }))
  expect(contentKey({ a: 1 })).not.toBe(contentKey({ a: '1' }))
})
