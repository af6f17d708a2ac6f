import { expect, test } from 'vitest'
import { openEmbedded } from '../../src/retrieval/embedded-embedder.ts'
import { missingPackage } from '../../src/retrieval/package.ts'
import { scriptedEmbedder } from '../../src/retrieval/scripted-embedder.ts'
import { WordVectors } from '../../src/retrieval/word-vector.ts'

const signal = new AbortController().signal

function dot(a: Float32Array | undefined, b: Float32Array | undefined): number {
  return [...(a ?? [])].reduce((sum, number, place) => sum + number * (b?.[place] ?? 0), 0)
}

test('the embedded model knows near from far, the same each time, and never asks the network', async () => {
  const { fetch } = globalThis
  globalThis.fetch = () => Promise.reject(new Error('the network'))
  try {
    const embedder = await openEmbedded()
    const texts = [
      'My dog likes to play in the garden',
      'A puppy runs over the lawn',
      'Interest rates went up again',
    ]
    const { vectors, model } = await embedder.embed(texts, { signal })
    expect(model).toBe('universal-sentence-encoder-lite+words')
    expect(vectors.map(({ length }) => length)).toEqual([1536, 1536, 1536])
    for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 5)
    expect(dot(vectors[0], vectors[1])).toBeGreaterThan(dot(vectors[0], vectors[2]))
    const again = await embedder.embed([texts[1] ?? ''], { signal })
    expect(dot(again.vectors[0], vectors[1])).toBeCloseTo(1, 5)
  } finally {
    globalThis.fetch = fetch
  }
})

test('a huge text, odd characters and names of objects are texts like others', async () => {
  const embedder = await openEmbedded()
  const texts = [
    'word '.repeat(200_000),
    '__proto__ constructor toString',
    '🙂 日本語 \u{1F469}\u200D\u{1F4BB}',
    '.',
  ]
  const { vectors } = await embedder.embed(texts, { signal })
  for (const vector of vectors) expect(dot(vector, vector)).toBeCloseTo(1, 4)
})

test('it stops between two texts when it is told to', async () => {
  const embedder = await openEmbedded()
  const controller = new AbortController()
  const work = embedder.embed(
    Array.from({ length: 64 }, (_, n) => `text ${n}`),
    { signal: controller.signal },
  )
  controller.abort(new Error('enough'))
  await expect(work).rejects.toThrow('enough')
})

test('a package that is not installed is an error that says how to install it', async () => {
  const missing: string = 'no-such-package-at-all'
  const error: unknown = await import(missing).catch((reason: unknown) => reason)
  const told = missingPackage(error, { needs: 'embeddings of provider "embedded"', packages: ['a', 'b'] })
  expect(told).toMatchObject({ code: 'package-missing', retryable: false, help: 'npm install a b' })
  expect(told.message).toBe('embeddings of provider "embedded" need packages that are not installed: a b')
  const broken = missingPackage(new Error('wrong ELF class\nat …'), { needs: 'x', packages: ['a'] })
  expect(broken.message).toBe('x need a, which cannot be loaded: wrong ELF class')
})

test('words count more the rarer they are, whatever their ending and case, and every word has a place', () => {
  const words = new WordVectors([
    ['▁the', -3],
    ['▁server', -10],
    ['▁prompt', -12],
  ])
  const near = (a: string, b: string): number => dot(words.of(a), words.of(b))
  expect(near('the', 'the')).toBe(0)
  expect(near('Servers', 'server')).toBeGreaterThan(0)
  expect(near('prompt', 'prompts')).toBeGreaterThan(near('server', 'servers'))
  for (let n = 0; n < 500; n++) expect(near(`word${n}`, `word${n}`)).toBeGreaterThan(0)
})

test('the scripted model goes by words alone', async () => {
  const { vectors, inputTokens } = await scriptedEmbedder().embed(
    ['Red apples', 'apples, red!', 'a blue sky'],
    { signal },
  )
  expect(dot(vectors[0], vectors[1])).toBeCloseTo(1, 5)
  expect(dot(vectors[0], vectors[2])).toBeLessThan(0.5)
  expect(inputTokens).toBe(7)
})
