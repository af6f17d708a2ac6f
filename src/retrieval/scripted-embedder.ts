import { createHash } from 'node:crypto'
import { type Embedder, unitVector } from './embedder.ts'

const DIMENSIONS = 256

/**
 * Vectors by rule, for tests and work without a network: each word of a text, whatever its case, adds one to a dimension
 * that is drawn from the word. Texts that share words are close, and nothing else is understood. Usage is counted in words.
 */
export function scriptedEmbedder(dimensions = DIMENSIONS): Embedder {
  return {
    embed(texts, { signal }) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const found = texts.map((text) => text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text])
      const vectors = found.map((words) => vectorOf(words, dimensions))
      const inputTokens = found.reduce((sum, words) => sum + words.length, 0)
      return Promise.resolve({ vectors, inputTokens, model: 'scripted' })
    },
  }
}

function vectorOf(words: readonly string[], dimensions: number): Float32Array {
  const counts = new Float32Array(dimensions)
  for (const word of words) {
    const place = createHash('sha256').update(word).digest().readUInt32LE() % dimensions
    counts[place] = (counts[place] ?? 0) + 1
  }
  return unitVector(counts) ?? counts
}
