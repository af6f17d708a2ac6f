import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { ServerStoreConfig } from '../../src/flow/retrieval-config.ts'
import { chunksOf } from '../../src/retrieval/chunk.ts'
import { readDocuments } from '../../src/retrieval/documents.ts'
import { readFilter } from '../../src/retrieval/filter.ts'
import { pgvectorUrl } from '../../src/retrieval/pgvector-url.ts'
import { storePath } from '../../src/retrieval/store-path.ts'
import { storePlace } from '../../src/retrieval/store-place.ts'
import type { Json } from '../../src/source/json.ts'

describe('chunks', () => {
  const markdown = { size: 120, overlap: 0, isMarkdown: true }

  test('begin at headings, know them, and say on which line they are', () => {
    const text = '# Cats\n\nThey purr.\n\n## Food\n\nFish.\n\n# Dogs\nThey bark.\n'
    expect(chunksOf(text, markdown)).toEqual([
      { text: 'They purr.', line: 3, headings: ['Cats'] },
      { text: 'Fish.', line: 7, headings: ['Cats', 'Food'] },
      { text: 'They bark.', line: 10, headings: ['Dogs'] },
    ])
  })

  test('keep a block of code whole where it fits, and what looks like a heading in it', () => {
    const [chunk, another] = chunksOf('```sh\n# no heading\n\nls\n```\n', markdown)
    expect(chunk).toEqual({ text: '```sh\n# no heading\n\nls\n```', line: 1, headings: [] })
    expect(another).toBeUndefined()
  })

  test('of a plain text have no headings', () => {
    expect(chunksOf('# not a heading\n\nmore', { ...markdown, isMarkdown: false })).toEqual([
      { text: '# not a heading\n\nmore', line: 1, headings: [] },
    ])
  })

  test('put short paragraphs together, and repeat the last ones where that is wanted', () => {
    const text = ['one '.repeat(7), 'two '.repeat(7), 'three '.repeat(7)].join('\n\n')
    const texts = (overlap: number): readonly string[] =>
      chunksOf(text, { size: 100, overlap, isMarkdown: false }).map((chunk) =>
        [...new Set(chunk.text.trim().split(/\s+/))].join(' '),
      )
    expect(texts(0)).toEqual(['one two', 'three'])
    expect(texts(45)).toEqual(['one two', 'two three'])
  })

  test('never exceed their size, lose no word, and are the same each time, whatever the text', () => {
    const word = fc.string({ unit: 'grapheme', maxLength: 60 })
    const texts = fc.array(
      fc.oneof(word, fc.constantFrom('\n', '\n\n', ' ', '# ', '- ', '. ', '```\n', '| a |\n')),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(texts, fc.boolean(), fc.integer({ min: 100, max: 300 }), (pieces, isMarkdown, size) => {
        const text = pieces.join('')
        const chunks = chunksOf(text, { size, overlap: 0, isMarkdown })
        expect(chunksOf(text, { size, overlap: 0, isMarkdown })).toEqual(chunks)
        const lines = text.replaceAll(/\r\n?/g, '\n').split('\n')
        for (const chunk of chunks) {
          expect(chunk.text.length).toBeLessThanOrEqual(size)
          expect(chunk.text.trim()).not.toBe('')
          expect(chunk.line).toBeLessThanOrEqual(lines.length)
        }
        const bare = (some: string): string => some.replaceAll(/\s/g, '')
        const all = chunks.map((chunk) => chunk.text).join('')
        if (!isMarkdown) expect(bare(all)).toBe(bare(text))
      }),
      { seed: 20261122, numRuns: 300 },
    )
  })
})

describe('documents', () => {
  test('are texts, or have an id, a text and metadata; the same text is the same document', () => {
    const read = readDocuments(['a', 'a', { text: 'b', id: 'x', metadata: { n: 1 } }])
    expect(read).toMatchObject({
      list: [
        { text: 'a', metadata: {} },
        { id: 'x', text: 'b', metadata: { n: 1 } },
      ],
    })
  })

  test.each<[Json, RegExp]>([
    ['one text', /are no list/],
    [[1], /neither a text/],
    [[''], /empty text/],
    [[' \n'], /empty text/],
    [['a\0b'], /NUL character/],
    [['half \ud800'], /half a character/],
    [[{ id: 'x' }], /no "text"/],
    [[{ text: 'a', id: 7 }], /"id" that is no text/],
    [[{ text: 'a', id: 'a\nb' }], /control characters/],
    [[{ text: 'a', id: 'x'.repeat(600) }], /longer than 512/],
    [[{ text: 'a', meta: {} }], /has "meta"/],
    [[{ text: 'a', metadata: [] }], /must be an object/],
    [[{ text: 'a', metadata: { 'a b': 1 } }], /the name "a b"/],
    [[{ text: 'a', metadata: JSON.parse('{"__proto__": 1}') as Json }], /the name "__proto__"/],
    [[{ text: 'a', metadata: { _llmflows_hash: 'x' } }], /the name "_llmflows_hash"/],
    [[{ text: 'a', metadata: { deep: { er: 1 } } }], /something else than a text/],
    [[{ text: 'a', metadata: { none: null } }], /something else than a text/],
  ])('%j are none', (value, expected) => {
    expect(readDocuments(value)).toMatchObject({ problem: expect.stringMatching(expected) as string })
  })
})

test.each<Json>([
  [],
  'lang = en',
  { 'a.b': 1 },
  { $or: [] },
  JSON.parse('{"__proto__": 1}') as Json,
  { lang: null },
  { lang: ['en'] },
  { lang: { in: [] } },
  { lang: { in: [{}] } },
  { lang: { in: ['en'], gt: 1 } },
  { lang: { not: 'en' } },
  { lang: {} },
  { year: { gt: '2020' } },
  { year: { gt: null } },
])('%j is no filter', (value) => {
  expect(readFilter(value)).toHaveProperty('problem')
})

describe('the file of a local store', () => {
  const root = mkdtempSync(join(tmpdir(), 'llmflows-path-'))
  const flow = join(root, 'flow.yaml')

  test('is beside the flow, or below .llmflows of the working folder', () => {
    expect(storePath('wiki.sqlite', flow)).toBe(join(root, 'wiki.sqlite'))
    expect(storePath('./a/b/wiki', flow)).toBe(join(root, 'a', 'b', 'wiki'))
    expect(storePath('./.llmflows/wiki', flow)).toBe(join(process.cwd(), '.llmflows', 'wiki'))
  })

  test.each([
    '/etc/passwd',
    '../wiki',
    'a/../../wiki',
    '.',
    './',
    '',
    'a\0b',
    '.llmflows',
    '.llmflows/../../x',
  ])('%j is nowhere', (path) => {
    expect(storePath(path, flow)).toBeUndefined()
  })

  test('is not outside through a link, to a folder or to a file that is not there yet', () => {
    const elsewhere = mkdtempSync(join(tmpdir(), 'llmflows-elsewhere-'))
    symlinkSync(elsewhere, join(root, 'out'))
    symlinkSync(join(elsewhere, 'real.sqlite'), join(root, 'file'))
    writeFileSync(join(elsewhere, 'real.sqlite'), '')
    symlinkSync(join(elsewhere, 'later.sqlite'), join(root, 'dangling'))
    expect(storePath('out/wiki', flow)).toBeUndefined()
    expect(storePath('file', flow)).toBeUndefined()
    expect(storePath('dangling', flow)).toBeUndefined()
    mkdirSync(join(root, 'in'))
    symlinkSync(join(root, 'in'), join(root, 'inside'))
    expect(storePath('inside/wiki', flow)).toBe(join(root, 'in', 'wiki'))
  })
})

describe('where a server store is, and which key it gets', () => {
  const env = {
    QDRANT_API_KEY: 'sk-test-not-a-real-key',
    QDRANT_URL: 'https://mine.example:6333',
    GRAFANA_URL: 'https://g.example',
    PINECONE_API_KEY: 'sk-test-not-a-real-key',
  }
  const place = (
    more: Partial<ServerStoreConfig>,
    allowed: { readonly allowHosts?: readonly string[]; readonly allowEnv?: readonly string[] } = {},
  ) => {
    const embeddings = { name: 'e', provider: 'embedded', model: 'embedded', timeoutMs: 1, maxRetries: 0 }
    const config: ServerStoreConfig = {
      name: 'wiki',
      provider: 'qdrant',
      embeddings,
      collection: 'wiki',
      ...more,
    }
    const found = storePlace(config, { env, allowHosts: [], ...allowed })
    return 'code' in found ? found.code : { url: found.url.href, hasKey: found.key !== undefined }
  }

  test.each([
    ['the usual place', {}, { url: 'http://localhost:6333/', hasKey: true }],
    [
      'where the environment says',
      { urlEnv: 'QDRANT_URL' },
      { url: 'https://mine.example:6333/', hasKey: true },
    ],
    ['a variable of something else', { urlEnv: 'GRAFANA_URL' }, 'key-not-for-host'],
    ['a variable that is not set', { urlEnv: 'QDRANT_ELSEWHERE' }, 'missing-url'],
    [
      'this machine by the flow, without the key',
      { url: 'http://127.0.0.1:9' },
      { url: 'http://127.0.0.1:9/', hasKey: false },
    ],
    [
      'this machine, the key asked for',
      { url: 'http://127.0.0.1:9', apiKeyEnv: 'QDRANT_API_KEY' },
      'key-not-for-host',
    ],
    ['another host', { url: 'https://thief.example' }, 'host-not-allowed'],
    ['a metadata service', { url: 'http://169.254.169.254' }, 'host-not-allowed'],
    ['a password in the URL', { url: 'https://a:b@c.example' }, 'bad-url'],
    ['another scheme', { url: 'file:///etc/passwd' }, 'bad-url'],
    ['pinecone itself', { provider: 'pinecone' as const }, { url: 'https://api.pinecone.io/', hasKey: true }],
    [
      'an index of pinecone',
      { provider: 'pinecone' as const, url: 'https://i-1.svc.pinecone.io' },
      { url: 'https://i-1.svc.pinecone.io/', hasKey: true },
    ],
    [
      'a host that only ends like it',
      { provider: 'pinecone' as const, url: 'https://notpinecone.io' },
      'host-not-allowed',
    ],
    [
      'the key of another service',
      { provider: 'pinecone' as const, apiKeyEnv: 'QDRANT_API_KEY' },
      'key-not-for-host',
    ],
  ])('%s', (_, config, expected) => {
    expect(place(config)).toEqual(expected)
  })

  test('what someone outside the flow allows is allowed', () => {
    const theirs = { url: 'https://theirs.example' }
    const allowHosts = ['theirs.example']
    expect(place(theirs, { allowHosts })).toEqual({ url: 'https://theirs.example/', hasKey: false })
    expect(place(theirs, { allowHosts, allowEnv: ['QDRANT_API_KEY'] })).toEqual({
      url: 'https://theirs.example/',
      hasKey: true,
    })
    expect(place({ urlEnv: 'GRAFANA_URL' }, { allowEnv: ['GRAFANA_URL'] })).toMatchObject({
      url: 'https://g.example/',
    })
  })

  test('a database is named by a variable of its own, and what is in it is in no message', () => {
    const embeddings = { name: 'e', provider: 'embedded', model: 'embedded', timeoutMs: 1, maxRetries: 0 }
    const url = (urlEnv: string, more: Readonly<Record<string, string>>, allowEnv: readonly string[] = []) =>
      pgvectorUrl(
        { name: 'wiki', provider: 'pgvector', embeddings, collection: 'wiki', urlEnv },
        { env: more, allowEnv },
      )
    const secret = 'postgres://u:not-a-real-password@h/d'
    expect(url('PGVECTOR_URL', { PGVECTOR_URL: secret })).toEqual({ url: secret })
    expect(url('PGVECTOR_URL', {})).toMatchObject({ code: 'missing-url' })
    expect(url('DATABASE_URL', { DATABASE_URL: secret })).toMatchObject({ code: 'key-not-for-host' })
    expect(url('DATABASE_URL', { DATABASE_URL: secret }, ['DATABASE_URL'])).toEqual({ url: secret })
    const wrong = url('PGVECTOR_URL', { PGVECTOR_URL: 'mysql://u:not-a-real-password@h/d' })
    expect(wrong).toMatchObject({ code: 'bad-url' })
    expect(JSON.stringify(wrong)).not.toContain('not-a-real')
  })
})
