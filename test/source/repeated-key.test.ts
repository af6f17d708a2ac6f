import { expect, test } from 'vitest'
import { repeatedKey } from '../../src/source/repeated-key.ts'

test.each([
  ['{"x":"1","x":"2"}', { key: 'x', line: 1 }],
  ['{"x":1,\n "y":{"x":2},\n "\\u0078":[3]}', { key: 'x', line: 3 }],
  ['{"a":[{"b":1},{"b":1,"c":{},"b":2}]}', { key: 'b', line: 1 }],
  ['{"a":["a","a"],"b":"a","c":"\\"a\\":{"}', undefined],
  ['[{"a":1},{"a":1}]', undefined],
  ['["a","a",{"a":"a"}]', undefined],
  ['{"a":{"a":{"a":"\\\\"}},"b":1}', undefined],
  ['"a"', undefined],
])('a key that comes again in an object is found in %s', (json, expected) => {
  expect(repeatedKey(json)).toEqual(expected)
})
