import { expect, test } from 'vitest'
import { readDocument } from '../../src/document/document.ts'
import { defaultLimits } from '../../src/document/limits.ts'
import { lettersIn } from '../../src/document/places.ts'
import { SourceFile } from '../../src/source/source-file.ts'

/** The source of every word of a scalar, as it is found. */
function words(yaml: string): readonly (readonly [word: string, source: string])[] {
  const { root } = readDocument(new SourceFile('flow.yaml', yaml), defaultLimits)
  const node = root?.kind === 'map' ? root.entries.get('when')?.value : undefined
  if (node?.kind !== 'scalar') throw new Error('no scalar')
  const place = lettersIn(node)
  return [...String(node.value).matchAll(/\S+/g)].map(({ index, 0: word }) => {
    const { start, end } = place(index, index + word.length)
    return [word, yaml.slice(start, end)]
  })
}

test.each([
  ['plain', 'when: score > 3 && label == "a"'],
  ['plain on lines', 'when: score > 3 &&\n  label\n\n  == "a"\nname: x'],
  ['in double quotes', 'when: "score > 3 && label == \'a\'"'],
  ['in single quotes', 'when: \'score > 3 && label == "a"\''],
  ['in quotes on lines', 'when: "score > 3\n   && label\n == 3"'],
  ['in a block', 'when: |\n  score > 3 &&\n    label == "a"\n\n  && more\n'],
  ['in a folded block', 'when: >-\n  score > 3 &&\n  label == "a"\n'],
  ['in a block with a comment', 'when: |2 # note\n    score > 3\n'],
  ['as an alias', 'name: &x score > 3\nwhen: *x\n'],
])('the words of a text %s are found where they are', (_, yaml) => {
  const found = words(yaml)
  expect(found.length).toBeGreaterThan(2)
  for (const [word, source] of found) expect(source).toBe(word)
})

test('an escaped letter is found with its escape', () => {
  expect(words('when: "a == \\"b\\\\c\\"\\n  && \\td"')).toEqual([
    ['a', 'a'],
    ['==', '=='],
    ['"b\\c"', '\\"b\\\\c\\"'],
    ['&&', '&&'],
    ['d', 'd'],
  ])
  expect(words("when: 'a == ''b'''")).toEqual([
    ['a', 'a'],
    ['==', '=='],
    ["'b'", "''b''"],
  ])
  expect(words('when: "a \\\n   b"')).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ])
})

test('where a letter is written as a number the whole text is the place', () => {
  expect(words('when: "a == \\x62"')).toEqual([
    ['a', '"a == \\x62"'],
    ['==', '"a == \\x62"'],
    ['b', '"a == \\x62"'],
  ])
})
