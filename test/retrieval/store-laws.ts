import { expect, test } from 'vitest'
import { LlmError } from '../../src/llms/llm.ts'
import { readFilter, type Filter } from '../../src/retrieval/filter.ts'
import { unitVector } from '../../src/retrieval/embedder.ts'
import type { Entry, Hit, VectorStore } from '../../src/retrieval/vector-store.ts'
import type { Json } from '../../src/source/json.ts'

export const options = { signal: new AbortController().signal }

/** Opens a store that is empty at first: the same one for the same name. */
export type OpenStore = (name: string, model?: string) => Promise<VectorStore>

export function vector(...numbers: readonly number[]): Float32Array {
  const unit = unitVector(numbers)
  if (unit === undefined) throw new Error('no direction')
  return unit
}

export function entry(id: string, numbers: readonly number[], more: Partial<Entry> = {}): Entry {
  return { id, text: `text of ${id}`, metadata: {}, ...more, vector: more.vector ?? vector(...numbers) }
}

/** The filter that a flow would write so. */
export function filter(value: Json): Filter {
  const read = readFilter(value)
  if ('problem' in read) throw new Error(read.problem)
  return read
}

const up = [0, 0, 1]
const animals: readonly Entry[] = [
  entry('cat', [1, 0.1, 0], { metadata: { legs: 4, kind: 'pet', tame: true, weight: 4.5 } }),
  entry('dog', [1, 0.3, 0], { metadata: { legs: 4, kind: 'pet', tame: true, weight: 20 } }),
  entry('wolf', [1, 0.6, 0], { metadata: { legs: 4, kind: 'wild', tame: false, weight: 40 } }),
  entry('crow', [0, 1, 0.2], { metadata: { legs: 2, kind: 'wild', tame: false, weight: 0.5 } }),
  entry('book', up, { metadata: { kind: 'thing', legs: '4' } }),
]

const hostile: readonly Entry[] = [
  entry(`'); drop table "animals"; --`, [1, 0, 0], { text: `Robert'); drop table students;--` }),
  entry('"quoted" \\ and `ticked`', [0, 1, 0], { text: '{"$ne": null}', metadata: { note: `' or '1'='1` } }),
  entry('日本語#0', up, { text: 'ünïcödé 🙂\nsecond line\ttab' }),
  entry('a/b?c=d&e#1', [1, 1, 0], { text: 'x'.repeat(20_000), metadata: { select: '$1', where: -0.5 } }),
]

async function ids(hits: Promise<readonly Hit[]>): Promise<readonly string[]> {
  return (await hits).map(({ id }) => id)
}

async function allIds(store: VectorStore): Promise<readonly string[]> {
  const found: string[] = []
  for await (const page of store.ids(options)) found.push(...page)
  return found.toSorted()
}

/** What every store does, whatever is behind it. `name` is unique to the caller. */
export function storeLaws(name: string, open: OpenStore): void {
  test(`${name}: an empty store finds nothing, and its count is 0`, async () => {
    const store = await open('empty')
    expect(await store.search({ vector: vector(1, 0, 0), topK: 3 }, options)).toEqual([])
    expect(await store.count(options)).toBe(0)
    expect(await store.fetch(['cat'], options)).toEqual(new Map())
    expect(await allIds(store)).toEqual([])
    await store.remove(['cat'], options)
    await store.close()
  })

  test(`${name}: the nearest comes first, and the score is the cosine`, async () => {
    const store = await open('animals')
    await store.upsert(animals, options)
    const hits = await store.search({ vector: vector(1, 0, 0), topK: 3 }, options)
    expect(hits.map(({ id }) => id)).toEqual(['cat', 'dog', 'wolf'])
    for (const { id, score, text } of hits) {
      const cosine = animals.find((animal) => animal.id === id)?.vector[0] ?? 0
      expect(score).toBeCloseTo(cosine, 4)
      expect(text).toBe(`text of ${id}`)
    }
    expect(hits[0]?.metadata).toMatchObject({ legs: 4, kind: 'pet', tame: true, weight: 4.5 })
    expect(await ids(store.search({ vector: vector(1, 0, 0), topK: 9, minScore: 0.9 }, options))).toEqual([
      'cat',
      'dog',
    ])
    await store.close()
  })

  test.each<[Json, readonly string[]]>([
    [{ kind: 'pet' }, ['cat', 'dog']],
    [{ kind: { in: ['pet', 'thing'] } }, ['book', 'cat', 'dog']],
    [{ legs: 4 }, ['cat', 'dog', 'wolf']],
    [{ legs: '4' }, ['book']],
    [{ tame: true }, ['cat', 'dog']],
    [{ tame: false, legs: 2 }, ['crow']],
    [{ weight: 4.5 }, ['cat']],
    [{ weight: { gt: 4 } }, ['cat', 'dog', 'wolf']],
    [{ weight: { gte: 20 } }, ['dog', 'wolf']],
    [{ weight: { gt: 20 } }, ['wolf']],
    [{ weight: { lt: 20, gt: 0.5 } }, ['cat']],
    [{ weight: { lte: 0.5 } }, ['crow']],
    [{ legs: { gte: 3.5 } }, ['cat', 'dog', 'wolf']],
    [{ legs: { in: [2, '4'] } }, ['book', 'crow']],
    [{ unheard_of: 1 }, []],
    [{ kind: `pet' or '1'='1` }, []],
  ])(`${name}: the filter %j lets through %j`, async (written, expected) => {
    const store = await open('animals')
    await store.upsert(animals, options)
    const found = await ids(
      store.search({ vector: vector(1, 1, 1), topK: 9, filter: filter(written) }, options),
    )
    expect(found.toSorted()).toEqual(expected)
    await store.close()
  })

  test(`${name}: an entry is written over the one with its id, and taken out by its id`, async () => {
    const store = await open('changing')
    await store.upsert(animals, options)
    await store.upsert([entry('cat', up, { text: 'another cat', metadata: { kind: 'toy' } })], options)
    expect(await store.count(options)).toBe(5)
    expect((await store.fetch(['cat', 'nobody'], options)).get('cat')).toMatchObject({ kind: 'toy' })
    const [hit] = await store.search(
      { vector: vector(...up), topK: 1, filter: filter({ kind: 'toy' }) },
      options,
    )
    expect(hit).toMatchObject({ id: 'cat', text: 'another cat' })
    await store.remove(['cat', 'nobody'], options)
    expect(await allIds(store)).toEqual(['book', 'crow', 'dog', 'wolf'])
    await store.close()
    const again = await open('changing')
    expect(await again.count(options)).toBe(4)
    await again.close()
  })

  test(`${name}: hostile ids, texts and values come back as they were`, async () => {
    const store = await open('hostile')
    await store.upsert(hostile, options)
    for (const { id, text, metadata, vector } of hostile) {
      const [hit] = await store.search({ vector, topK: 1 }, options)
      expect(hit).toMatchObject({ id, text, metadata })
    }
    expect(await allIds(store)).toEqual(hostile.map(({ id }) => id).toSorted())
    await store.remove(
      hostile.map(({ id }) => id),
      options,
    )
    expect(await store.count(options)).toBe(0)
    await store.close()
  })

  test(`${name}: vectors that are not numbers, or of another length, are refused and nothing is written`, async () => {
    const store = await open('lengths')
    await store.upsert(animals, options)
    const odd = [Float32Array.of(Number.NaN, 0, 0), Float32Array.of(1, 0), Float32Array.of()]
    for (const wrong of odd) {
      await expect(store.upsert([entry('x', [], { vector: wrong })], options)).rejects.toThrow(LlmError)
      await expect(store.search({ vector: wrong, topK: 1 }, options)).rejects.toThrow(LlmError)
    }
    await expect(store.upsert([entry('x', up), entry('y', [1, 0])], options)).rejects.toThrow(/equally long/)
    await expect(store.search({ vector: vector(1, 0), topK: 1 }, options)).rejects.toThrow(
      /holds vectors of 3 dimensions, and one of 2 was given/,
    )
    expect(await store.count(options)).toBe(5)
    await store.close()
  })

  test(`${name}: the vectors of another model are not compared`, async () => {
    const store = await open('models', 'openai/small')
    await store.upsert(animals, options)
    await store.close()
    const other = await open('models', 'openai/large')
    for (const attempt of [
      () => other.search({ vector: vector(1, 0, 0), topK: 1 }, options),
      () => other.upsert(animals, options),
    ]) {
      const error: unknown = await attempt().catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(LlmError)
      expect(error).toMatchObject({ code: 'store-refused', retryable: false })
      expect(String(error)).toContain('openai/small')
    }
    await other.close()
  })

  test(`${name}: a call that is aborted rejects with the reason`, async () => {
    const store = await open('aborted')
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(store.search({ vector: vector(1, 0, 0), topK: 1 }, { signal })).rejects.toThrow('enough')
    await expect(store.upsert(animals, { signal })).rejects.toThrow('enough')
    await store.close()
  })
}
