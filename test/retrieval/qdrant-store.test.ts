import { afterEach, describe, expect, test } from 'vitest'
import { openQdrant } from '../../src/retrieval/qdrant-store.ts'
import { cosine, recordedServer, type RecordedServer, type Received, type Reply } from './recorded-server.ts'
import { entry, options, storeLaws, vector } from './store-laws.ts'

interface Point {
  readonly id: string
  readonly vector: readonly number[]
  readonly payload: Readonly<Record<string, unknown>>
}

interface Collection {
  readonly size: number
  readonly points: Map<string, Point>
}

// The part of Qdrant's HTTP API that is used, by its reference; Qdrant itself cannot be had here.
const collections = new Map<string, Collection>()

function answer({ method, path, body }: Received): Reply {
  const [, , name = '', ...rest] = path.split('/')
  const found = collections.get(name)
  const what = `${method} ${rest.join('/')}`
  if (what === 'PUT ') {
    const { size, distance } = body['vectors'] as { size: number; distance: string }
    expect(distance).toBe('Cosine')
    collections.set(name, { size, points: new Map() })
    return ok(true)
  }
  if (found === undefined) {
    const error = `Not found: Collection \`${name}\` doesn't exist!`
    return { status: 404, body: { status: { error }, time: 0 } }
  }
  const { points, size } = found
  const all = [...points.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1))
  switch (what) {
    case 'GET ':
      return ok({ status: 'green', config: { params: { vectors: { size, distance: 'Cosine' } } } })
    case 'PUT points':
      for (const point of body['points'] as Point[]) {
        expect(point.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/)
        points.set(point.id, point)
      }
      return ok({ operation_id: 1, status: 'completed' })
    case 'POST points':
      return ok((body['ids'] as string[]).flatMap((id) => points.get(id) ?? []))
    case 'POST points/delete':
      for (const id of body['points'] as string[]) points.delete(id)
      return ok({ operation_id: 2, status: 'completed' })
    case 'POST points/count':
      return ok({ count: points.size })
    case 'POST points/scroll': {
      const from = all.findIndex(({ id }) => id === (body['offset'] ?? all[0]?.id))
      const limit = Math.min(Number(body['limit']), 2)
      const page = from === -1 ? [] : all.slice(from, from + limit)
      return ok({ points: page, next_page_offset: all[from + limit]?.id ?? null })
    }
    case 'POST points/query': {
      const scored = all
        .filter(({ payload }) => holds(body['filter'], payload))
        .map((point) => ({ ...point, version: 1, score: cosine(body['query'] as number[], point.vector) }))
      return ok({ points: scored.toSorted((a, b) => b.score - a.score).slice(0, Number(body['limit'])) })
    }
    default:
      return { status: 404, body: { status: { error: what } } }
  }
}

function ok(result: unknown): Reply {
  return { body: { result, status: 'ok', time: 0.001 } }
}

interface Clause {
  readonly must?: readonly Clause[]
  readonly should?: readonly Clause[]
  readonly key?: string
  readonly match?: { readonly value: unknown }
  readonly range?: Readonly<Record<string, number>>
}

function holds(filter: unknown, payload: Point['payload']): boolean {
  if (filter === undefined) return true
  const { must, should, key = '', match, range } = filter as Clause
  if (must !== undefined) return must.every((clause) => holds(clause, payload))
  if (should !== undefined) return should.some((clause) => holds(clause, payload))
  const value = payload[key]
  if (match !== undefined) return value === match.value
  if (typeof value !== 'number') return false
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = range ?? {}
  return value > gt && value >= gte && value < lt && value <= lte
}

let server: RecordedServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const redact = (text: string): string => text

describe('the protocol of Qdrant over its own client', () => {
  storeLaws('qdrant', async (name, model = 'm') => {
    server ??= await recordedServer(answer)
    return openQdrant({ name, collection: name, model, place: { url: server.url }, redact })
  })
})

test('the key goes in a header, nothing is written to the console, and the path of the URL is kept', async () => {
  server = await recordedServer(({ path, ...request }) =>
    answer({ ...request, path: path.replace('/behind/proxy', '') }),
  )
  const url = new URL('/behind/proxy/', server.url)
  const store = await openQdrant({
    name: 'k',
    collection: 'keyed',
    model: 'm',
    place: { url, key: 'sk-test-not-a-real-key' },
    redact,
  })
  await store.upsert([entry('a', [1, 0])], options)
  expect(server.received.length).toBeGreaterThan(1)
  for (const { headers, path } of server.received) {
    expect(headers['api-key']).toBe('sk-test-not-a-real-key')
    expect(path).toMatch(/^\/behind\/proxy\/collections\/keyed/)
  }
})

test.each([
  [401, 'authentication-failed', false],
  [403, 'authentication-failed', false],
  [400, 'request-refused', false],
  [429, 'rate-limited', true],
  [500, 'server-error', true],
  [503, 'server-error', true],
])('status %d is %s', async (status, code, retryable) => {
  server = await recordedServer(() => ({ status, body: { status: { error: 'the reason' }, time: 0 } }))
  const store = await openQdrant({
    name: 'w',
    collection: 'w',
    model: 'm',
    place: { url: server.url },
    redact,
  })
  await expect(store.search({ vector: vector(1, 0), topK: 1 }, options)).rejects.toMatchObject({
    code,
    retryable,
    message: expect.stringContaining('the reason') as string,
  })
  expect(server.received).toHaveLength(1)
})

test('a redirect is not followed, for the key would go along', async () => {
  const thief = await recordedServer(() => ok({}))
  server = await recordedServer(() => ({ status: 307, headers: { location: thief.url.href } }))
  const place = { url: server.url, key: 'sk-test-not-a-real-key' }
  const store = await openQdrant({ name: 'w', collection: 'w', model: 'm', place, redact })
  await expect(store.count(options)).rejects.toMatchObject({ retryable: false })
  expect(thief.received).toEqual([])
  await thief.close()
})

test('points that llmflows has not written are not taken for documents', async () => {
  collections.set('theirs', {
    size: 2,
    points: new Map([['1', { id: '1', vector: [1, 0], payload: { name: 'a customer' } }]]),
  })
  server = await recordedServer(answer)
  const store = await openQdrant({
    name: 'w',
    collection: 'theirs',
    model: 'm',
    place: { url: server.url },
    redact,
  })
  await expect(store.search({ vector: vector(1, 0), topK: 1 }, options)).rejects.toThrow(/has not written/)
  await expect(store.upsert([entry('a', [1, 0])], options)).rejects.toThrow(/has not written/)
})

test('nobody at the address is a failure that may pass, and an abort ends the wait', async () => {
  const nobody = await openQdrant({
    name: 'w',
    collection: 'w',
    model: 'm',
    place: { url: new URL('http://127.0.0.1:1') },
    redact,
  })
  await expect(nobody.count(options)).rejects.toMatchObject({ code: 'connection-failed', retryable: true })
  const controller = new AbortController()
  server = await recordedServer(() => {
    controller.abort(new Error('enough'))
    return ok({})
  })
  const store = await openQdrant({
    name: 'w',
    collection: 'w',
    model: 'm',
    place: { url: server.url },
    redact,
  })
  await expect(store.count({ signal: controller.signal })).rejects.toThrow('enough')
})
