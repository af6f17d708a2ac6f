import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { LlmError } from '../../src/llms/llm.ts'
import type { Embedder } from '../../src/retrieval/embedder.ts'
import { type FillOptions, type Filling, fillStore } from '../../src/retrieval/fill-store.ts'
import { openLocal } from '../../src/retrieval/local-store.ts'
import { scriptedEmbedder } from '../../src/retrieval/scripted-embedder.ts'
import type { VectorStore } from '../../src/retrieval/vector-store.ts'
import { stillWorld } from '../llms/world.ts'
import { options } from './store-laws.ts'

const embeddings = { name: 'e', provider: 'scripted', model: 'scripted', timeoutMs: 1000, maxRetries: 2 }

interface Setting {
  readonly folder: string
  readonly store: VectorStore
  /** Every text that was embedded. */
  readonly embedded: string[]
  readonly problems: string[]
  fill(more?: Partial<FillOptions>): Promise<Filling>
}

function setting(files: Readonly<Record<string, string>>): Setting {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-fill-'))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, 'docs', name, '..'), { recursive: true })
    writeFileSync(join(folder, 'docs', name), text)
  }
  const store = openLocal({ name: 'wiki', path: join(folder, 'wiki.sqlite'), model: 'm' })
  const embedded: string[] = []
  const problems: string[] = []
  const scripted = scriptedEmbedder()
  const embedder: Embedder = {
    embed(texts, call) {
      embedded.push(...texts)
      return scripted.embed(texts, call)
    },
  }
  const { clock, random } = stillWorld()
  const fill = (more: Partial<FillOptions> = {}): Promise<Filling> =>
    fillStore({
      paths: [join(folder, 'docs')],
      store,
      embedder,
      embeddings,
      size: 200,
      overlap: 0,
      prune: false,
      signal: options.signal,
      clock,
      random,
      onProgress: () => {},
      onProblem: ({ place, problem }) => problems.push(`${place.replace(folder, '')}: ${problem}`),
      ...more,
    })
  return { folder, store, embedded, problems, fill }
}

async function idsIn(store: VectorStore, folder: string): Promise<readonly string[]> {
  const found: string[] = []
  for await (const page of store.ids(options)) found.push(...page)
  return found.map((id) => id.replace(`${folder}/docs/`, '')).toSorted()
}

const docs = {
  'cats.md': '# Cats\n\nThey purr.\n\n# Food\n\nFish.\n',
  'deep/dogs.txt': 'They bark.',
  'birds.jsonl': '{"text":"They sing.","id":"birds","metadata":{"legs":2}}\n"They fly."\n\n',
  'picture.png': 'not looked at',
  '.hidden/secret.md': 'not looked at',
  'node_modules/x/README.md': 'not looked at',
}

test('text, Markdown and JSON Lines in folders become documents, with their headings embedded', async () => {
  const { folder, store, embedded, problems, fill } = setting(docs)
  expect(await fill()).toEqual({
    files: 3,
    documents: 5,
    written: 5,
    unchanged: 0,
    removed: 0,
    calls: 3,
    inputTokens: expect.any(Number) as number,
    cost: 0,
  })
  expect(await idsIn(store, folder)).toEqual([
    'birds',
    'birds.jsonl#1',
    'cats.md#0',
    'cats.md#1',
    'deep/dogs.txt#0',
  ])
  expect(embedded.toSorted()).toEqual([
    'Cats\nThey purr.',
    'Food\nFish.',
    'They bark.',
    'They fly.',
    'They sing.',
  ])
  const known = await store.fetch([`${folder}/docs/cats.md#1`, 'birds'], options)
  expect([...known.values()]).toMatchObject([
    { path: `${folder}/docs/cats.md`, line: 7, heading: 'Food' },
    { legs: 2, line: 1 },
  ])
  expect(problems).toEqual([])
  await store.close()
})

test('only what has changed is embedded again, and what a file has lost is taken out', async () => {
  const { folder, store, embedded, fill } = setting(docs)
  await fill()
  embedded.length = 0
  expect(await fill()).toMatchObject({ written: 0, unchanged: 5, removed: 0, calls: 0 })
  writeFileSync(join(folder, 'docs/cats.md'), '# Cats\n\nThey purr.\n')
  appendFileSync(join(folder, 'docs/deep/dogs.txt'), ' And dig.')
  rmSync(join(folder, 'docs/birds.jsonl'))
  expect(await fill()).toMatchObject({ written: 1, unchanged: 1, removed: 1 })
  expect(embedded).toEqual(['They bark. And dig.'])
  // What comes from no file stays, unless it is not wanted.
  expect(await idsIn(store, folder)).toEqual(['birds', 'birds.jsonl#1', 'cats.md#0', 'deep/dogs.txt#0'])
  expect(await fill({ prune: true })).toMatchObject({ written: 0, removed: 2 })
  expect(await idsIn(store, folder)).toEqual(['cats.md#0', 'deep/dogs.txt#0'])
  await store.close()
})

test('what cannot be read is said with its place, the rest is written, and nothing is removed then', async () => {
  const { folder, store, problems, fill } = setting({
    'a.jsonl': '{"text":"fine","id":"fine"}\n{"text":\n{"text":""}\n{"text":"again","id":"fine"}\n',
    'b.txt': 'bytes \0 in it',
    'c.md': 'good',
  })
  writeFileSync(join(folder, 'docs/d.txt'), Uint8Array.of(0xff, 0xfe, 0x80))
  await store.upsert(
    [
      {
        id: 'old#0',
        text: 'x',
        metadata: {},
        vector: (await scriptedEmbedder().embed(['x'], options)).vectors[0]!,
      },
    ],
    options,
  )
  const paths = [join(folder, 'docs'), join(folder, 'nowhere')]
  expect(await fill({ prune: true, paths })).toMatchObject({ written: 2, removed: 0 })
  expect(problems).toEqual([
    '/docs/a.jsonl:2: the line is not JSON',
    '/docs/a.jsonl:3: the line has an empty text',
    '/docs/a.jsonl: the id "fine" stands twice; the first document counts',
    '/docs/b.txt: is not a text: it holds a NUL character',
    '/docs/d.txt: is not UTF-8 text',
    '/nowhere: does not exist',
  ])
  expect(await idsIn(store, folder)).toEqual(['c.md#0', 'fine', 'old#0'])
  await store.close()
})

test('a second run goes on where the first was stopped', async () => {
  const lines = Array.from({ length: 600 }, (_, n) => JSON.stringify({ text: `document number ${n}` }))
  const { store, embedded, fill } = setting({ 'many.jsonl': lines.join('\n') })
  const controller = new AbortController()
  const stopped = fill({
    signal: controller.signal,
    onProgress: ({ written }) => {
      if (written >= 300) controller.abort(new Error('killed'))
    },
  })
  await expect(stopped).rejects.toThrow('killed')
  const before = await store.count(options)
  expect(before).toBeGreaterThanOrEqual(300)
  expect(before).toBeLessThan(600)
  embedded.length = 0
  expect(await fill()).toMatchObject({ written: 600 - before, unchanged: before })
  expect(embedded).toHaveLength(600 - before)
  expect(await store.count(options)).toBe(600)
  await store.close()
})

test('a call that fails is tried again where that may help, and otherwise ends it', async () => {
  const { store, fill } = setting({ 'a.txt': 'text' })
  const failing = (
    retryable: boolean,
    times: number,
  ): { readonly calls: () => number; readonly embedder: Embedder } => {
    let calls = 0
    const embedder: Embedder = {
      embed(texts, call) {
        calls += 1
        if (calls > times) return scriptedEmbedder().embed(texts, call)
        return Promise.reject(new LlmError('server-error', 'down', { retryable }))
      },
    }
    return { calls: () => calls, embedder }
  }
  const lasting = failing(false, 1)
  await expect(fill({ embedder: lasting.embedder })).rejects.toThrow('down')
  expect(lasting.calls()).toBe(1)
  const long = failing(true, 9)
  await expect(fill({ embedder: long.embedder })).rejects.toThrow('down')
  expect(long.calls()).toBe(3)
  const passing = failing(true, 2)
  expect(await fill({ embedder: passing.embedder })).toMatchObject({ written: 1 })
  await store.close()
})
