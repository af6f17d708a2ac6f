import { expect, test } from 'vitest'
import { AnswerText } from '../../../src/llms/embedded/answer-text.ts'

/** Feeds pieces until the answer stops; says what it was and how many pieces it took. */
function answer(pieces: readonly (string | Uint8Array)[], stop: readonly string[] = []): [string, number] {
  const text = new AnswerText(stop)
  for (const [index, piece] of pieces.entries()) {
    if (text.add(Buffer.from(piece))) return [text.text, index + 1]
  }
  return [text.text, pieces.length]
}

test('the space before the first word is left out, and only that one', () => {
  expect(answer([' The', ' Sea'])[0]).toBe('The Sea')
  expect(answer(['  The'])[0]).toBe(' The')
  expect(answer([' ', ' The'])[0]).toBe(' The')
})

test('a character spread over tokens comes out whole', () => {
  const bytes = Array.from(Buffer.from(' Zürich 🙂!'), (byte) => Uint8Array.of(byte))
  expect(answer(bytes)[0]).toBe('Zürich 🙂!')
})

test('a character that was cut off at the end is left out', () => {
  expect(answer([' a', Buffer.from('🙂').subarray(0, 3)])[0]).toBe('a')
})

test('a stop text is found across tokens, and nothing of it is in the answer', () => {
  expect(answer(['ab', 'cST', 'O', 'Pd', 'e'], ['STOP'])).toEqual(['abc', 4])
})

test('a stop text within one token ends the answer before the rest of the token', () => {
  expect(answer(['one\n', 'two\n\nthree'], ['\n\n'])).toEqual(['one\ntwo', 2])
})

test('of several stop texts the one that comes first ends the answer', () => {
  expect(answer(['ab cd ef'], ['ef', 'cd', 'zz'])).toEqual(['ab ', 1])
})

test('a stop text may be a character spread over tokens', () => {
  const bytes = Array.from(Buffer.from('a🙂b'), (byte) => Uint8Array.of(byte))
  expect(answer(bytes, ['🙂'])).toEqual(['a', 5])
})

test('a stop text at the very start gives an empty answer', () => {
  expect(answer([' Verse', ' 1'], ['Ver'])).toEqual(['', 1])
})
