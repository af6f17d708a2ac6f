import fc from 'fast-check'
import { expect, test } from 'vitest'
import { elide, padRight, width } from '../../src/source/width.ts'

test.each([
  ['', 0],
  ['plain', 5],
  ['Grüße', 5],
  ['e\u0301', 1],
  ['日本語', 6],
  ['한국어', 6],
  ['ｆｕｌｌ', 8],
  ['🎬', 2],
  ['❤', 1],
  ['🇩🇪', 2],
  ['…→✔▶', 4],
  ['สวัสดี', 4],
])('"%s" takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns)
})

test.each([
  ['short', 5, 'short'],
  ['longer', 5, 'long…'],
  ['日本語', 6, '日本語'],
  ['日本語', 5, '日本…'],
  ['日本語', 4, '日…'],
  ['e\u0301e\u0301', 2, 'e\u0301e\u0301'],
  ['abc', 1, '…'],
  ['abc', 0, ''],
  ['abc', -3, ''],
  ['', 0, ''],
])('"%s" in %i columns is "%s"', (text, columns, elided) => {
  expect(elide(text, columns)).toBe(elided)
})

test('an elided text never takes more columns than there are, and is padded to exactly as many', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', '日', '🎬', 'e\u0301', ' ') })
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 20 }), (name, columns) => {
      const elided = elide(name, columns)
      expect(width(elided)).toBeLessThanOrEqual(columns)
      expect(width(padRight(elided, columns))).toBe(columns)
      if (width(name) <= columns) expect(elided).toBe(name)
    }),
  )
})
