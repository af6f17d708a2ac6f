import { expect, test } from 'vitest'
import { storeAnnouncements } from '../../src/cli/store-announcements.ts'
import { checkSource } from '../../src/graph/load.ts'
import { SourceFile } from '../../src/source/source-file.ts'

test('where texts of searches go is said when it is no usual place, and for stores that are used', () => {
  const text = `llmflows: 1
name: ask
embeddings:
  far: { provider: openai-compatible, model: m, base_url: http://127.0.0.1:9/v1 }
  usual: { provider: openai }
vector_stores:
  one: { provider: qdrant, url: http://127.0.0.1:8, embeddings: far }
  two: { provider: pgvector, embeddings: usual }
  three: { embeddings: usual }
  unused: { provider: chroma, url: http://127.0.0.1:7, embeddings: far }
steps:
  a: { search: one, query: "{q}" }
  b: { search: two, query: "{q}" }
  c: { search: three, query: "{q}" }
`
  const { compiled } = checkSource({ ok: true, file: new SourceFile('f.yaml', text), folder: undefined })
  if (compiled === undefined) throw new Error('the flow is not valid')
  expect(
    storeAnnouncements(compiled.flow, { env: { OPENAI_API_KEY: 'sk-test-not-a-real-key' }, allowHosts: [] }),
  ).toEqual([
    'embeddings "far" call http://127.0.0.1:9/v1',
    'vector store "one" is at http://127.0.0.1:8',
    'vector store "two" is in the database that PGVECTOR_URL names',
  ])
})
