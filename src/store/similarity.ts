/** How often each word is in a text; words beyond these many are not looked at. */
export type Words = ReadonlyMap<string, number>

const MAX_WORDS = 20_000

export function wordsOf(text: string): Words {
  const words = new Map<string, number>()
  let count = 0
  for (const [word] of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    words.set(word, (words.get(word) ?? 0) + 1)
    if (++count === MAX_WORDS) break
  }
  return words
}

/** The share of words that two texts have in common, from 0 to 1, wherever they stand. */
export function similarity(a: Words, b: Words): number {
  let common = 0
  for (const [word, count] of a) common += Math.min(count, b.get(word) ?? 0)
  const all = sizeOf(a) + sizeOf(b)
  return all === 0 ? 0 : (2 * common) / all
}

function sizeOf(words: Words): number {
  let size = 0
  for (const count of words.values()) size += count
  return size
}
