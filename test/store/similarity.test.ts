import { expect, test } from 'vitest'
import { similarity, wordsOf } from '../../src/store/similarity.ts'

function likeness(a: string, b: string): number {
  return similarity(wordsOf(a), wordsOf(b))
}

test('two texts are as much alike as they have words in common', () => {
  expect(likeness('write a song', 'write a song')).toBe(1)
  expect(likeness('song, a: write!', 'write a song')).toBe(1)
  expect(likeness('write a song', 'sing it loud')).toBe(0)
  expect(likeness('write a song', 'write it now')).toBeCloseTo(1 / 3)
  expect(likeness('la la la', 'la')).toBeCloseTo(0.5)
  expect(likeness('', '')).toBe(0)
})

test('a text of any length is compared at the same cost', () => {
  expect(wordsOf('word '.repeat(50_000)).get('word')).toBe(20_000)
})
