import fc from 'fast-check'
import { expect, test } from 'vitest'
import { evaluateCondition } from '../../src/expression/evaluate.ts'
import { parseExpression } from '../../src/expression/parse.ts'
import { checkSource, sourceOf } from '../../src/index.ts'
import type { Json } from '../../src/source/json.ts'
import { flowText } from '../run/front-door.ts'

const inputs = {
  score: { type: 'number' },
  label: {},
  flag: { type: 'boolean' },
  tags: { type: 'array', items: { type: 'string' } },
  plan: {
    type: 'object',
    properties: {
      title: { type: 'string' },
      size: { type: 'integer' },
      parts: {
        type: 'array',
        minItems: 1,
        items: { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] },
      },
    },
    required: ['size', 'parts'],
    additionalProperties: false,
  },
}

const text = fc.constantFrom('', 'a', 'good', 'é😀')
const part = fc.record({ id: fc.integer({ min: -3, max: 3 }), more: fc.boolean() }, { requiredKeys: ['id'] })

/** Values that the inputs allow. */
const values = fc.record({
  score: fc.constantFrom(0, 3, 3.5, -1),
  label: text,
  flag: fc.boolean(),
  tags: fc.array(text, { maxLength: 3 }),
  plan: fc.record(
    {
      title: text,
      size: fc.integer({ min: 0, max: 9 }),
      parts: fc.array(part, { minLength: 1, maxLength: 3 }),
    },
    { requiredKeys: ['size', 'parts'] },
  ),
})

/** Conditions that may be right or wrong. */
const condition = fc.letrec<{ node: string }>((tie) => {
  const node = tie('node')
  const with_ = (...pieces: (string | fc.Arbitrary<string>)[]): fc.Arbitrary<string> =>
    fc
      .tuple(...pieces.map((piece) => (typeof piece === 'string' ? fc.constant(piece) : piece)))
      .map((all) => all.join(''))
  const of = (...words: string[]): fc.Arbitrary<string> => fc.constantFrom(...words)
  return {
    node: fc.oneof(
      { maxDepth: 4 },
      of('score', 'label', 'flag', 'tags', 'plan', 'x', '3', '0.5', '"good"', 'true', 'null', '["a", "b"]'),
      of(
        'plan.title',
        'plan.size',
        'plan.parts',
        'plan.parts[0].id',
        'plan.parts[0].more',
        'x.id',
        'label.size()',
        'plan["size"]',
        'plan.nope',
      ),
      of(
        'has(plan.title)',
        'has(plan.title) && plan.title == label',
        'has(x.more)',
        'plan.parts.exists(x, x.id > 1)',
      ),
      with_('(', node, of(' == ', ' != ', ' < ', ' >= ', ' + ', ' - ', ' in '), node, ')'),
      with_('(', node, of(' && ', ' || '), node, ')'),
      with_('!(', node, ')'),
      with_('(', node, ' ? ', node, ' : ', node, ')'),
      with_(of('size(', 'string('), node, ')'),
      with_('(', node, of(').contains(', ').startsWith('), node, ')'),
      with_('(', node, of(').lowerAscii()', ').trim()')),
      with_('(', node, of(').all(x, ', ').exists(x, ', ').filter(x, ', ').map(x, '), node, ')'),
      with_('(has(plan.title) && ', node, ')'),
      with_('(!has(plan.title) || ', node, ')'),
    ),
  }
}).node

/** The codes of what is wrong with a condition; the input `x` is there so that it can be hidden. */
function codesOf(when: string): readonly string[] {
  const flow = flowText({
    inputs: { ...inputs, x: { type: 'number' } },
    steps: { step: { when, value: 'x' } },
  })
  const source = sourceOf('flow.yaml', new TextEncoder().encode(flow))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ code }) => code)
}

test('a condition that is right has an answer for all values that the inputs allow', () => {
  const seen = { right: 0, wrong: 0, never: 0 }
  fc.assert(
    fc.property(condition, fc.array(values, { minLength: 4, maxLength: 4 }), (when, all) => {
      const codes = codesOf(when)
      const isRight = codes.every((code) => code === 'never-runs')
      seen[isRight ? 'right' : 'wrong']++
      if (!isRight) return
      const parsed = parseExpression(when)
      if (!parsed.ok) throw new Error(when)
      for (const given of all) {
        const known = new Map<string, Json>(Object.entries({ ...given, x: 1 } as Record<string, Json>))
        const found = evaluateCondition(parsed.expression, (name) => known.get(name))
        expect(found, `${when} of ${JSON.stringify(given)}`).toMatchObject({ ok: true })
        if (codes.length > 0) expect(found, when).toMatchObject({ value: false })
      }
    }),
    { numRuns: 2000 },
  )
  expect(seen.right).toBeGreaterThan(100)
  expect(seen.wrong).toBeGreaterThan(100)
})
