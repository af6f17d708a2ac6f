import { Environment } from '@marcbachmann/cel-js'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluateCondition } from '../../src/expression/evaluate.ts'
import { parseExpression } from '../../src/expression/parse.ts'
import type { Json } from '../../src/source/json.ts'

const values: Readonly<Record<string, Json>> = {
  score: 3.5,
  count: 4,
  zero: 0,
  label: 'Positive',
  odd: 'aé😀Z ',
  yes: true,
  no: false,
  numbers: [1, 2, 3.5],
  names: ['ann', 'bob', ''],
  plan: { title: 'Moon', steps: 3, tags: ['a', 'b'], inner: { ok: true, none: null } },
  nothing: null,
  empty: [],
}

const number = [
  'score',
  'count',
  'zero',
  'plan.steps',
  'numbers[0]',
  'plan["steps"]',
  'numbers[count]',
  'plan.missing',
]
const text = [
  'label',
  'odd',
  'plan.title',
  'names[1]',
  'plan.tags[0]',
  '"Positive"',
  "'a'",
  '"é😀"',
  '""',
  'r"\\d"',
  '"\\u00e9\\n"',
]
const whole = ['0', '1', '3', '7', '-2', 'size(names)', 'names.size()', 'size(plan)', 'size(odd)', '0x1F']
const double = ['0.5', '3.5', '4.0', '1e3', '-2.5']

/** Expressions of CEL that give true or false, most of them without an error. */
const condition = fc.letrec<Record<'bool' | 'int' | 'double' | 'text' | 'list', string>>((tie) => {
  const join = (parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.tuple(...parts).map((pieces) => pieces.join(''))
  const of = (words: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...words)
  const order = of([' < ', ' <= ', ' > ', ' >= ', ' == ', ' != '])
  const { bool, int, list } = { bool: tie('bool'), int: tie('int'), list: tie('list') }
  const real = tie('double')
  const words = tie('text')
  return {
    int: fc.oneof(
      { maxDepth: 4 },
      of(whole),
      join([of(['(']), int, of([' + ', ' - ', ' * ', ' / ', ' % ']), int, of([')'])]),
    ),
    double: fc.oneof(
      { maxDepth: 4 },
      of(number),
      of(double),
      join([of(['double(']), int, of([')'])]),
      join([of(['(']), real, of([' + ', ' - ', ' * ', ' / ']), real, of([')'])]),
    ),
    text: fc.oneof(
      { maxDepth: 4 },
      of(text),
      join([of(['(']), words, of([' + ']), words, of([')'])]),
      join([words, of(['.trim()'])]),
      join([bool, of([' ? ']), words, of([' : ']), words]).map((choice) => `(${choice})`),
    ),
    list: fc.oneof(
      { maxDepth: 3 },
      of(['numbers', 'plan.tags', 'names', 'empty', '[1, 2]', '["a", "b"]', '[]']),
      join([list, of(['.filter(x, x == ']), fc.oneof(words, real), of([')'])]),
      join([list, of(['.map(x, x == ']), fc.oneof(words, real), of([')'])]),
    ),
    bool: fc.oneof(
      { maxDepth: 6 },
      of([
        'yes',
        'no',
        'true',
        'false',
        'plan.inner.ok',
        'plan.nope',
        'has(plan.title)',
        'has(plan.nope)',
        'has(plan.inner.none)',
      ]),
      of([
        'nothing == null',
        'plan == plan',
        'plan.tags == ["a", "b"]',
        '"title" in plan',
        '"x" in plan',
        'plan.inner.none == null',
      ]),
      join([int, order, int]),
      join([real, order, real]),
      join([real, order, int]),
      join([int, order, real]),
      join([words, order, words]),
      join([words, of(['.contains(', '.startsWith(', '.endsWith(']), words, of([')'])]),
      join([fc.oneof(words, real), of([' in ']), list]),
      join([
        list,
        of(['.all(x, x == ', '.exists(x, x != ', '.exists_one(x, x == ']),
        fc.oneof(words, real),
        of([')']),
      ]),
      join([list, of(['.all(x, ', '.exists(x, ', '.exists_one(x, ']), bool, of([')'])]),
      join([of(['(']), bool, of([' && ', ' || ', ' == ']), bool, of([')'])]),
      join([bool, of([' && ', ' || ']), bool, of([' && ', ' || ']), bool]),
      join([of(['!(']), bool, of([')'])]),
      join([of(['(']), bool, of([' ? ']), bool, of([' : ']), bool, of([')'])]),
    ),
  }
}).bool

const oracle = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false })

function answerOf(expression: string): unknown {
  try {
    return oracle.evaluate(expression, values)
  } catch {
    return undefined
  }
}

test('whatever another implementation of CEL says is true or false is so here', () => {
  const seen = { true: 0, false: 0, neither: 0 }
  fc.assert(
    fc.property(condition, (text) => {
      const expected = answerOf(text)
      const parsed = parseExpression(text)
      if (!parsed.ok) throw new Error(`${text}: ${parsed.problem.message}`)
      const found = evaluateCondition(parsed.expression, (name) => values[name])
      if (typeof expected !== 'boolean') {
        seen.neither++
        return
      }
      seen[`${expected}`]++
      expect(found, text).toEqual({ ok: true, value: expected })
    }),
    { numRuns: 5000 },
  )
  expect(seen.true).toBeGreaterThan(500)
  expect(seen.false).toBeGreaterThan(500)
})
