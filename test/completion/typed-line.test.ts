import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readLine } from '../../src/cli/completion/typed-line.ts'

const quotings: readonly ((word: string) => string)[] = [
  (word) => `'${word.replaceAll("'", String.raw`'\''`)}'`,
  (word) => `"${word.replaceAll(/["\\$`]/g, String.raw`\$&`)}"`,
  (word) => (word === '' ? "''" : word.replaceAll(/[^\w]/g, String.raw`\$&`)),
]

test('a line is split into the words that were quoted in it', () => {
  const word = fc.tuple(fc.string(), fc.constantFrom(...quotings))
  fc.assert(
    fc.property(fc.array(word), fc.constantFrom(' ', '  ', '\t'), (words, space) => {
      const line = words.map(([text, quoted]) => quoted(text) + space).join('')
      expect(readLine(line)).toMatchObject({ words: words.map(([text]) => text), current: '', quote: '' })
    }),
  )
})

test('the word at the cursor is known as far as it is typed, with the quote that is open', () => {
  expect(readLine('run my\\ fl')).toMatchObject({
    words: ['run'],
    current: 'my fl',
    quote: '',
    quotedFrom: 0,
  })
  expect(readLine('run --a="my fl')).toMatchObject({ current: '--a=my fl', quote: '"', quotedFrom: 4 })
  expect(readLine("run 'it")).toMatchObject({ current: 'it', quote: "'", written: "'it" })
  expect(readLine('run $(x) `y')).toMatchObject({ words: ['run', '$(x)'], current: '`y' })
})
