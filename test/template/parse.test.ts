import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/source/json.ts'
import { parseTemplate } from '../../src/template/parse.ts'
import { MissingValue, render } from '../../src/template/render.ts'
import { references } from '../../src/template/template.ts'

function rendered(text: string, values: Readonly<Record<string, Json>> = {}): string {
  return render(parseTemplate(text), (variable) =>
    Object.hasOwn(values, variable) ? values[variable] : undefined,
  )
}

/** Texts that are full of what templates are made of. */
const braced = fc
  .array(
    fc.constantFrom(
      '{',
      '}',
      '{{',
      '}}',
      'a',
      'b_1',
      '.',
      '[0]',
      '?',
      '??',
      '|',
      ' ',
      '"',
      '$&',
      'json',
      ':',
      '\n',
      '\\',
    ),
    {
      maxLength: 30,
    },
  )
  .map((pieces) => pieces.join(''))

describe('a template', () => {
  test.each<[text: string, values: Record<string, Json>, expected: string]>([
    ['About {topic}.', { topic: 'frogs' }, 'About frogs.'],
    ['{plan.title}, {items[1].id}', { plan: { title: 'T' }, items: [{}, { id: 7 }] }, 'T, 7'],
    ['{a ?? b ?? "none"}', {}, 'none'],
    ['{a ?? b ?? "none"}', { b: 'B' }, 'B'],
    ['<{x?}>', {}, '<>'],
    ['{rows | json}', { rows: [1, 'a'] }, '[1,"a"]'],
    ['{names | lines}', { names: ['a', 'b'] }, 'a\nb'],
    ['{names | bullets}', { names: ['a', { b: 1 }] }, '- a\n- {"b":1}'],
    ['{names | join: " + "}', { names: ['a', 'b'] }, 'a + b'],
    ['{names | join: "\\n\\t\\"\\\\"}', { names: ['a', 'b'] }, 'a\n\t"\\b'],
    ['{n} {t} {l} {z}', { n: 0, t: false, l: [], z: null }, '0 false [] null'],
    ['{"kind": "bug"} function f() { return 1 }', {}, '{"kind": "bug"} function f() { return 1 }'],
    ['{{name}} {{{name}}}', { name: 'x' }, '{name} {{name}}'],
    ['{{ name }} { name }', { name: 'x' }, '{{ name }} { name }'],
    ['{', {}, '{'],
    ['{} {1} {-} {a-b} {a b}', {}, '{} {1} {-} {a-b} {a b}'],
  ])('%j renders with %j as %j', (text, values, expected) => {
    expect(rendered(text, values)).toBe(expected)
  })

  test('inserts a value once and as it is, whatever stands in it', () => {
    fc.assert(
      fc.property(braced, braced, (a, b) => {
        expect(rendered('{a}-{b}', { a, b })).toBe(`${a}-${b}`)
      }),
      { numRuns: 2000 },
    )
  })

  test('without placeholders is its own text, but for doubled braces around a name', () => {
    fc.assert(
      fc.property(braced, (text) => {
        const template = parseTemplate(text)
        fc.pre(template.segments.every((segment) => typeof segment === 'string'))
        const shown = rendered(text)
        if (!text.includes('{{')) expect(shown).toBe(text)
        else expect(shown.length).toBeLessThanOrEqual(text.length)
        expect(shown.replaceAll(/[{}]/g, '')).toBe(text.replaceAll(/[{}]/g, ''))
      }),
      { numRuns: 5000 },
    )
  })

  test('points at every placeholder and every name in it', () => {
    fc.assert(
      fc.property(braced, (text) => {
        const template = parseTemplate(text)
        let last = 0
        for (const segment of template.segments) {
          if (typeof segment === 'string') continue
          expect(segment.start).toBeGreaterThanOrEqual(last)
          expect(text[segment.start]).toBe('{')
          expect(text[segment.end - 1]).toBe('}')
          last = segment.end
        }
        for (const { variable, start, end } of references(template))
          expect(text.slice(start, end).startsWith(variable)).toBe(true)
        for (const { start, end } of template.suspects) expect(start < end && end <= text.length).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  test('follows own entries of a value only', () => {
    for (const path of ['a.constructor', 'a.__proto__', 'a.length', 'a[0]', 'a.toString'])
      expect(() => rendered(`{${path}}`, { a: { b: 1 } })).toThrow(MissingValue)
    expect(() => rendered('{a.length}', { a: [1, 2] })).toThrow(MissingValue)
    expect(() => rendered('{a[2]}', { a: [1, 2] })).toThrow('"a[2]" has no value')
  })

  test.each([
    ['braces', '{'.repeat(1_000_000)],
    ['pairs of braces', '{{a}'.repeat(250_000)],
    ['beginnings of placeholders', '{a ?? '.repeat(200_000)],
    ['long beginnings', `{a${'.b'.repeat(500_000)}`],
    ['braces and blanks', `{${' '.repeat(1_000_000)}`],
    ['placeholders', '{a}'.repeat(300_000)],
  ])('of a million %s is read in linear time', (_, text) => {
    expect(parseTemplate(text).text.length).toBe(text.length)
  })
})
