import { PGlite } from '@electric-sql/pglite'
import { vector as pgvector } from '@electric-sql/pglite-pgvector'
import { PGLiteSocketServer } from '@electric-sql/pglite-socket'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openPgvector } from '../../src/retrieval/pgvector-store.ts'
import { entry, options, storeLaws, vector } from './store-laws.ts'

// PostgreSQL itself with pgvector itself, compiled to WebAssembly, spoken to over its wire protocol.
let database: PGlite
let server: PGLiteSocketServer
let url: string

beforeAll(async () => {
  database = await PGlite.create({ extensions: { vector: pgvector } })
  server = new PGLiteSocketServer({ db: database, host: '127.0.0.1', port: 0, maxConnections: 20 })
  await server.start()
  // `host:port`, once it is known.
  url = `postgres://postgres:not-a-real-password@${server.getServerConn()}/postgres`
}, 60_000)

afterAll(async () => {
  await server.stop()
  await database.close()
})

describe('a real pgvector', () => {
  storeLaws('pgvector', (name, model = 'm') => openPgvector({ name, collection: `t_${name}`, model, url }))
})

test('a table that llmflows has not made is not touched', async () => {
  await database.exec('create table customers (id text primary key, name text)')
  const store = await openPgvector({ name: 'wiki', collection: 'customers', model: 'm', url })
  await expect(store.upsert([entry('a', [1, 0])], options)).rejects.toThrow(/was not made by llmflows/)
  await expect(store.remove(['a'], options)).rejects.toThrow(/was not made by llmflows/)
  await store.close()
  const { rows } = await database.query('select count(*)::int as n from customers')
  expect(rows).toEqual([{ n: 0 }])
})

test('a name is quoted, whatever is in it', async () => {
  const collection = 'odd" name; drop table t_animals; --'
  const store = await openPgvector({ name: 'odd', collection, model: `it's`, url })
  await store.upsert([entry('a', [1, 0])], options)
  expect(await store.count(options)).toBe(1)
  expect(await store.search({ vector: vector(1, 0), topK: 1 }, options)).toHaveLength(1)
  await store.close()
  const { rows } = await database.query(
    'select table_name from information_schema.tables where table_name = $1',
    [collection],
  )
  expect(rows).toHaveLength(1)
})

test('where nobody answers is a failure that may pass, and the password is in no message', async () => {
  const nowhere = 'postgres://someone:sk-test-not-a-real-key@127.0.0.1:1/none'
  const store = await openPgvector({ name: 'wiki', collection: 't', model: 'm', url: nowhere })
  const error: unknown = await store.count(options).catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'connection-failed', retryable: true })
  expect(String(error)).not.toContain('not-a-real-key')
  await store.close()
})
