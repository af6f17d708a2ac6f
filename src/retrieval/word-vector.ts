const DIMENSIONS = 1024

/** A word that the vocabulary does not have is rarer than any that it has. */
const RAREST = -13
/** Words as frequent as "the" and "what" say nothing about a text. */
const COMMON = -5.5

/**
 * Which words a text has, as numbers: each word, without its ending, adds to a dimension that is drawn from it, the more the
 * rarer it is in English. The rarity comes from the vocabulary of the model, pieces of words with the logarithms of their
 * frequencies, in which `▁` begins a word.
 */
export class WordVectors {
  readonly #frequencies = new Map<string, number>()

  constructor(vocabulary: Iterable<readonly [piece: string, logFrequency: number]>) {
    for (const [piece, frequency] of vocabulary) {
      if (!piece.startsWith('▁')) continue
      const word = piece.slice(1).toLowerCase()
      this.#frequencies.set(word, Math.max(this.#frequencies.get(word) ?? -Infinity, frequency))
    }
  }

  of(text: string): Float32Array {
    const weights = new Map<string, number>()
    for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []) {
      const weight = Math.max(0, COMMON - (this.#frequencies.get(word) ?? RAREST))
      const stem = stemOf(word)
      const before = weights.get(stem)
      // A word that comes again says less than at first.
      weights.set(stem, before === undefined ? weight : before + weight / 2)
    }
    const vector = new Float32Array(DIMENSIONS)
    for (const [stem, weight] of weights) {
      const place = placeOf(stem)
      vector[place] = (vector[place] ?? 0) + weight
    }
    return vector
  }
}

/** The word without the endings that most often tell forms of one word apart. */
function stemOf(word: string): string {
  let stem = word
  if (stem.length > 4) stem = stem.replace(/ies$/, 'y').replace(/(?<=[^s])s$/, '')
  if (stem.length > 5) stem = stem.replace(/(?:ing|ed|ly|ion|er|or)$/, '')
  return stem.length > 4 ? stem.replace(/e$/, '').replace(/(.)\1$/, '$1') : stem
}

/** FNV-1a: the same place for the same word on every machine. */
function placeOf(word: string): number {
  let hash = 0x811c9dc5
  for (const character of word) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return ((hash ^ (hash >>> 16)) >>> 0) % DIMENSIONS
}
