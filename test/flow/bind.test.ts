import { describe, expect, test } from 'vitest'
import { bindInputs } from '../../src/flow/bind.ts'
import type { Json } from '../../src/index.ts'
import { compiled, flowText, told } from '../run/front-door.ts'

/** Binds one input; `value` may be what TypeScript would refuse. */
function bind(value: unknown, schema: object): ReturnType<typeof bindInputs> {
  const { flow } = compiled(flowText({ inputs: { x: schema }, steps: { last: { value: '{x}' } } }))
  return bindInputs(flow, new Map([['x', value as Json]]))
}

function problemOf(value: unknown, schema: object = { type: 'object' }): string | undefined {
  return bind(value, schema).problems[0]?.message
}

function nested(depth: number): unknown {
  let value: unknown = {}
  for (let level = 1; level < depth; level++) value = { a: value }
  return value
}

describe('an input from outside', () => {
  const cyclic: Record<string, unknown> = { name: 'x' }
  cyclic['again'] = [cyclic]

  test.each([
    [{ a: [1, NaN] }, 'at a[1] holds NaN, which JSON cannot hold'],
    [{ a: -Infinity }, 'at a holds -Infinity, which JSON cannot hold'],
    [{ when: new Date(0) }, 'at when holds a Date, which JSON cannot hold'],
    [{ a: 1n }, 'at a holds a bigint, which JSON cannot hold'],
    [{ a: () => 1 }, 'at a holds a function, which JSON cannot hold'],
    [{ a: [undefined] }, 'at a[0] holds undefined, which JSON cannot hold'],
    [new Map(), 'holds a Map, which JSON cannot hold'],
    [cyclic, 'at again[0] holds itself'],
    [
      { id: Number('12345678901234567890') },
      'at id holds 12345678901234567000, a whole number too large to be exact',
    ],
    [nested(129), 'is nested more than 128 levels deep'],
    [nested(100_000), 'is nested more than 128 levels deep'],
  ])('is refused when it is no JSON: %#', (value, problem) => {
    expect(problemOf(value)).toBe(`input "x" ${problem}`)
  })

  test('is refused when parts that are shared make it huge', () => {
    let value: object = { text: 'x' }
    for (let level = 0; level < 100; level++) value = { a: value, b: value }
    expect(problemOf(value)).toMatch(/^input "x" has more than \d+ characters as JSON$/)
  })

  test('is taken as deep as values may be, and with numbers of any size that JSON can hold', () => {
    expect(problemOf(nested(128))).toBeUndefined()
    expect(problemOf({ a: [1e300, 2 ** 53 - 1, -0.1] })).toBeUndefined()
  })

  test('is copied and frozen, without what is undefined', () => {
    const given = { list: [{ a: 1, b: undefined }], ['__proto__']: 'own' }
    const value = bind(given, { type: 'object' }).values.get('x')
    given.list.length = 0
    expect(JSON.stringify(value)).toBe('{"list":[{"a":1}],"__proto__":"own"}')
    expect(Object.isFrozen((value as { list: unknown }).list)).toBe(true)
  })

  test('is not its default when it is null', () => {
    const schema = { type: 'string', default: 'x' }
    expect(problemOf(null, schema)).toBe('input "x" must be text, not null')
    expect(bind(undefined, schema).values.get('x')).toBe('x')
  })
})

test('a run is refused with every input that is no JSON', async () => {
  const flow = flowText({ inputs: { n: { type: 'number' } }, steps: { last: { value: '{n}' } } })
  await expect(told(flow, { inputs: { n: NaN } })).rejects.toMatchObject({
    name: 'RunRefused',
    problems: [{ code: 'invalid-input', input: 'n' }],
  })
})
