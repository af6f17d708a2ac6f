import { afterEach, describe, expect, test } from 'vitest'
import { openPinecone } from '../../src/retrieval/pinecone-store.ts'
import { cosine, recordedServer, type RecordedServer, type Received, type Reply } from './recorded-server.ts'
import { entry, options, storeLaws, vector } from './store-laws.ts'

interface Stored {
  readonly id: string
  readonly values: readonly number[]
  readonly metadata: Readonly<Record<string, unknown>>
}

// The part of Pinecone's data API that is used, by its reference; Pinecone itself is a service that cannot be had here.
function index(): (request: Received) => Reply {
  const records = new Map<string, Stored>()
  return ({ method, path, query, body }) => {
    const all = [...records.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
    switch (`${method} ${path}`) {
      case 'POST /describe_index_stats':
        return { body: { namespaces: {}, dimension: 3, indexFullness: 0, totalVectorCount: records.size } }
      case 'POST /vectors/upsert':
        for (const record of body['vectors'] as Stored[]) {
          expect(record.id).toMatch(/^[0-9a-f-]{36}$/)
          records.set(record.id, record)
        }
        return { body: { upsertedCount: (body['vectors'] as Stored[]).length } }
      case 'POST /query': {
        const matches = all
          .filter(({ metadata }) => holds(body['filter'], metadata))
          .map(({ id, values, metadata }) => ({
            id,
            metadata,
            score: cosine(body['vector'] as number[], values),
          }))
          .toSorted((a, b) => b.score - a.score)
        return { body: { matches: matches.slice(0, Number(body['topK'])), namespace: '' } }
      }
      case 'GET /vectors/fetch': {
        const found = query.getAll('ids').flatMap((id) => records.get(id) ?? [])
        return { body: { vectors: Object.fromEntries(found.map((one) => [one.id, one])), namespace: '' } }
      }
      case 'GET /vectors/list': {
        const from = Number(query.get('paginationToken') ?? 0)
        const limit = Math.min(Number(query.get('limit')), 2)
        const next = from + limit < all.length ? { pagination: { next: String(from + limit) } } : {}
        return {
          body: { vectors: all.slice(from, from + limit).map(({ id }) => ({ id })), namespace: '', ...next },
        }
      }
      case 'POST /vectors/delete':
        for (const id of body['ids'] as string[]) records.delete(id)
        return { body: {} }
      default:
        return { status: 404, body: { code: 5, message: `no ${method} ${path}` } }
    }
  }
}

function holds(filter: unknown, metadata: Stored['metadata']): boolean {
  if (filter === undefined) return true
  return (filter as { readonly $and: readonly Record<string, Record<string, unknown>>[] }).$and.every(
    (clause) =>
      Object.entries(clause).every(([name, operators]) => {
        const value = metadata[name]
        const { $in, $gt = -Infinity, $gte = -Infinity, $lt = Infinity, $lte = Infinity } = operators
        if (Array.isArray($in)) return $in.includes(value)
        if (typeof value !== 'number') return false
        return value > Number($gt) && value >= Number($gte) && value < Number($lt) && value <= Number($lte)
      }),
  )
}

const servers = new Map<string, RecordedServer>()
afterEach(async () => {
  for (const server of servers.values()) await server.close()
  servers.clear()
})

async function serverFor(name: string, answer = index()): Promise<RecordedServer> {
  const server = servers.get(name) ?? (await recordedServer(answer))
  servers.set(name, server)
  return server
}

const key = 'sk-test-not-a-real-key'
const redact = (text: string): string => text.replaceAll(key, '[redacted]')

describe('the protocol of Pinecone over its own client', () => {
  storeLaws('pinecone', async (name, model = 'm') => {
    const { url } = await serverFor(name)
    return openPinecone({ name, collection: name, model, place: { url, key }, redact })
  })
})

test('every request has the key in its header', async () => {
  const server = await serverFor('keyed')
  const store = await openPinecone({
    name: 'k',
    collection: 'k',
    model: 'm',
    place: { url: server.url, key },
    redact,
  })
  await store.upsert([entry('a', [1, 0, 0])], options)
  expect(server.received.length).toBeGreaterThan(1)
  for (const { headers } of server.received) expect(headers['api-key']).toBe(key)
})

test.each([
  [401, 'authentication-failed', false],
  [400, 'request-refused', false],
  [404, 'request-refused', false],
  [500, 'server-error', true],
  [503, 'server-error', true],
])('status %d is %s, asked once', async (status, code, retryable) => {
  const server = await serverFor('failing', () => ({ status, body: { code: 3, message: `no, ${key}` } }))
  const store = await openPinecone({
    name: 'w',
    collection: 'w',
    model: 'm',
    place: { url: server.url, key },
    redact,
  })
  const error: unknown = await store
    .search({ vector: vector(1, 0, 0), topK: 1 }, options)
    .catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code, retryable })
  expect(String(error)).not.toContain(key)
  expect(server.received).toHaveLength(1)
})

test('a redirect is not followed, for the key would go along', async () => {
  const thief = await serverFor('thief', () => ({ body: {} }))
  const server = await serverFor('moved', () => ({ status: 308, headers: { location: thief.url.href } }))
  const store = await openPinecone({
    name: 'w',
    collection: 'w',
    model: 'm',
    place: { url: server.url, key },
    redact,
  })
  await expect(store.count(options)).rejects.toMatchObject({ retryable: false })
  expect(thief.received).toEqual([])
})
