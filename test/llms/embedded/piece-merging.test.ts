import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mergePieces } from '../../../src/llms/embedded/piece-merging.ts'

/** The same rule, written down as it is stated: look for the best pair, join it, start again. */
function mergeSlowly(text: string, scores: ReadonlyMap<string, number>): readonly string[] {
  const parts = [...text]
  for (;;) {
    let best: { readonly at: number; readonly score: number } | undefined
    for (let at = 0; at + 1 < parts.length; at++) {
      const score = scores.get(parts[at]! + parts[at + 1]!)
      if (score !== undefined && score > (best?.score ?? -Infinity)) best = { at, score }
    }
    if (best === undefined) return parts
    parts.splice(best.at, 2, parts[best.at]! + parts[best.at + 1]!)
  }
}

test('merging pieces with a queue gives what merging them one look at a time gives', () => {
  const letters = fc.constantFrom('a', 'b', 'c', '🙂')
  const word = fc.array(letters, { minLength: 2, maxLength: 5 }).map((parts) => parts.join(''))
  const scores = fc.array(fc.tuple(word, fc.integer({ min: -6, max: 0 })), { maxLength: 40 })
  const text = fc.array(letters, { maxLength: 60 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(scores, text, (entries, input) => {
      const map = new Map(entries)
      expect(mergePieces(input, (piece) => map.get(piece))).toEqual(mergeSlowly(input, map))
    }),
    { numRuns: 500 },
  )
})

test('a word of two hundred thousand letters is merged in one go', () => {
  const scores = new Map([
    ['aa', -1],
    ['aaaa', -2],
  ])
  const pieces = mergePieces('a'.repeat(200_002), (piece) => scores.get(piece))
  expect(pieces).toHaveLength(50_001)
  expect(pieces.at(-1)).toBe('aa')
})

test('nothing has no pieces', () => {
  expect(mergePieces('', () => 0)).toEqual([])
})
