import { describe, expect, test } from 'vitest'
import { valueOf } from '../../src/cli/input-text.ts'
import type { Input } from '../../src/flow/flow.ts'
import { SourceFile } from '../../src/source/source-file.ts'

function input(type: Input['type'], items?: string): Input {
  const span = { file: new SourceFile('flow.yaml', ''), start: 0, end: 0 }
  const schema = { type, ...(items === undefined ? {} : { items: { type: items } }) }
  return { name: 'x', type, description: undefined, default: undefined, schema, span }
}

describe('a text becomes a value', () => {
  test.each<readonly [readonly string[], Input, unknown]>([
    [['12'], input('string'), '12'],
    [['12'], input('integer'), 12],
    [['-1.5e3'], input('number'), -1500],
    [['1_000'], input('number'), '1_000'],
    [['1e999'], input('number'), '1e999'],
    [[''], input('number'), ''],
    [['0x10'], input('integer'), '0x10'],
    [['true'], input('boolean'), true],
    [['True'], input('boolean'), 'True'],
    [['1', '2'], input('array', 'integer'), [1, 2]],
    [['1', 'b'], input('array'), ['1', 'b']],
    [[' [1, "b"]'], input('array'), [1, 'b']],
    [['{"a": 1}', '{"a": 2}'], input('array', 'object'), [{ a: 1 }, { a: 2 }]],
    [['{"a": [true]}'], input('object'), { a: [true] }],
  ])('%j', (texts, as, value) => {
    expect(valueOf(texts, as)).toEqual(value)
  })
})
