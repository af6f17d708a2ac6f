import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { LlmError } from '../llms/llm.ts'
import { localWhere } from './local-filter.ts'
import { metadataFrom } from './metadata.ts'
import { type Database, openSqlite } from './sqlite.ts'
import {
  type Entry,
  type Hit,
  lengthOf,
  otherLength,
  otherModel,
  type Query,
  ranked,
  type VectorStore,
} from './vector-store.ts'

/** Written into the file, so that another version of llmflows knows what it finds. */
const VERSION = 1
const PAGE = 1000

interface LocalStoreOptions {
  /** The store's name in the flow, for messages. */
  readonly name: string
  /** The SQLite file. It need not exist: it is made when something is written. */
  readonly path: string
  /** What makes the vectors. */
  readonly model: string
}

interface Opened {
  readonly database: Database
  readonly hasVectors: boolean
}

/**
 * A store in one SQLite file, which several processes may use at once. Every search looks at every vector that the filter
 * lets through: exact, and fast up to some hundred thousand. A file that does not exist is an empty store.
 */
export function openLocal({ name, path, model }: LocalStoreOptions): VectorStore {
  let opened: Promise<Opened> | undefined

  const read = async (): Promise<Opened | undefined> =>
    opened === undefined && !existsSync(path) ? undefined : write()
  const write = (): Promise<Opened> => {
    opened ??= open().catch((error: unknown) => Promise.reject(failure(error)))
    // What could not be opened may be there the next time.
    opened.catch(() => (opened = undefined))
    return opened
  }
  const refused = (message: string, help: string): LlmError =>
    new LlmError('store-refused', `vector store "${name}" ${message}`, { retryable: false, help })

  async function open(): Promise<Opened> {
    // For its owner alone: what is indexed may be anything.
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    closeSync(openSync(path, 'a', 0o600))
    const made = await openSqlite(path, 'vector stores of provider "local"')
    try {
      prepareTables(made.database)
      checkModel(made.database)
      return made
    } catch (error) {
      made.database.close()
      throw error
    }
  }

  function prepareTables(database: Database): void {
    database.exec('pragma journal_mode = wal; pragma synchronous = normal')
    const version = Number(database.prepare('pragma user_version').get()?.['user_version'])
    if (version === VERSION) return
    const isEmpty = database.prepare('select 1 from sqlite_schema').get() === undefined
    if (version !== 0 || !isEmpty) {
      throw refused(
        `is a SQLite file of something else, or of another version of llmflows: ${path}`,
        'give the store another "path", or remove the file and index the documents again',
      )
    }
    database.exec(`
      begin immediate;
      create table if not exists making (one integer primary key check (one = 1), model text, dimensions integer) strict;
      create table if not exists entries (id text primary key, text text, metadata text, vector blob) strict;
      pragma user_version = ${VERSION};
      commit`)
  }

  function checkModel(database: Database): number | undefined {
    const making = database.prepare('select model, dimensions from making').get()
    if (making === undefined) return undefined
    if (making['model'] === model) return Number(making['dimensions'])
    throw otherModel(name, { theirs: String(making['model']), ours: model })
  }

  function checkLength(database: Database, length: number): void {
    const dimensions = checkModel(database)
    if (dimensions !== undefined && dimensions !== length) {
      throw otherLength(name, { theirs: dimensions, ours: length })
    }
  }

  /** What SQLite or the file system says, as a failure of the store. */
  function failure(error: unknown): LlmError {
    if (error instanceof LlmError) return error
    const message = error instanceof Error ? error.message : String(error)
    const retryable = /\b(?:locked|busy)\b/i.test(message)
    const text = `vector store "${name}" at ${path}: ${message}`
    return new LlmError('store-refused', text, { retryable, cause: error })
  }

  function told<T>(work: () => T): T {
    try {
      return work()
    } catch (error) {
      throw failure(error)
    }
  }

  return {
    async upsert(entries, { signal }) {
      if (entries.length === 0) return
      signal.throwIfAborted()
      const length = lengthOf(
        name,
        entries.map(({ vector }) => vector),
      )
      const { database } = await write()
      told(() => {
        database.exec('begin immediate')
        try {
          checkLength(database, length)
          database.prepare('insert or ignore into making values (1, ?, ?)').run(model, length)
          const statement = database.prepare('insert or replace into entries values (?, ?, ?, ?)')
          for (const { id, text, metadata, vector } of entries) {
            statement.run(id, text, JSON.stringify(metadata), bytesOf(vector))
          }
          database.exec('commit')
        } catch (error) {
          database.exec('rollback')
          throw error
        }
      })
    },

    async search(query, { signal }) {
      signal.throwIfAborted()
      const store = await read()
      if (store === undefined) return []
      return told(() => {
        checkLength(store.database, lengthOf(name, [query.vector]))
        return ranked(
          store.hasVectors ? nearest(store.database, query) : scanned(store.database, query),
          query,
        )
      })
    },

    async fetch(ids, { signal }) {
      signal.throwIfAborted()
      const store = await read()
      if (store === undefined) return new Map()
      return told(() => {
        const statement = store.database.prepare('select metadata from entries where id = ?')
        return new Map(
          ids.flatMap((id) => {
            const row = statement.get(id)
            return row === undefined ? [] : [[id, metadataOf(row)] as const]
          }),
        )
      })
    },

    async *ids({ signal }) {
      const store = await read()
      if (store === undefined) return
      for (let after = ''; ;) {
        signal.throwIfAborted()
        const from = after
        const page = told(() =>
          store.database
            .prepare(`select id from entries where id > ? order by id limit ${PAGE}`)
            .all(from)
            .map(({ id }) => String(id)),
        )
        if (page.length === 0) return
        yield page
        after = page.at(-1) ?? ''
      }
    },

    async remove(ids, { signal }) {
      signal.throwIfAborted()
      const store = await read()
      if (store === undefined) return
      told(() => {
        const statement = store.database.prepare('delete from entries where id = ?')
        for (const id of ids) statement.run(id)
      })
    },

    async count({ signal }) {
      signal.throwIfAborted()
      const store = await read()
      if (store === undefined) return 0
      return told(() => Number(store.database.prepare('select count(*) as n from entries').get()?.['n']))
    },

    async close() {
      const store = await opened
      opened = undefined
      if (store === undefined) return
      // The last one to leave puts everything into the one file, as far as nobody else is using it.
      store.database.exec('pragma wal_checkpoint(truncate)')
      store.database.close()
    },
  }
}

/** The nearest entries, found by sqlite-vec. */
function nearest(database: Database, query: Query): readonly Hit[] {
  const { sql, values } = localWhere(query.filter)
  return database
    .prepare(
      `select id, text, metadata, 1 - vec_distance_cosine(vector, ?) as score
       from entries ${sql} order by score desc, id limit ?`,
    )
    .all(bytesOf(query.vector), ...values, query.topK)
    .map((row) => hitOf(row, Number(row['score'])))
}

/** The same, found by looking at one entry after the other. */
function scanned(database: Database, query: Query): readonly Hit[] {
  const { sql, values } = localWhere(query.filter)
  const rows = database.prepare(`select rowid, vector from entries ${sql} order by id`).iterate(...values)
  let best: { readonly row: number; readonly score: number }[] = []
  for (const { rowid, vector } of rows) {
    best.push({ row: Number(rowid), score: cosine(query.vector, vector) })
    // Sorted now and then: neither all of them are kept nor each has to find its place.
    if (best.length > 4 * query.topK + PAGE) best = top(best, query.topK)
  }
  const statement = database.prepare('select id, text, metadata from entries where rowid = ?')
  return top(best, query.topK).flatMap(({ row, score }) => {
    const found = statement.get(row)
    return found === undefined ? [] : [hitOf(found, score)]
  })
}

function top<T extends { readonly score: number }>(items: readonly T[], count: number): T[] {
  return items.toSorted((a, b) => b.score - a.score).slice(0, count)
}

function cosine(query: Float32Array, stored: unknown): number {
  if (!(stored instanceof Uint8Array)) return 0
  const view = new DataView(stored.buffer, stored.byteOffset, stored.byteLength)
  let sum = 0
  for (const [place, number] of query.entries()) sum += number * view.getFloat32(place * 4, true)
  return sum
}

function hitOf(row: Readonly<Record<string, unknown>>, score: number): Hit {
  return { id: String(row['id']), text: String(row['text']), score, metadata: metadataOf(row) }
}

function metadataOf(row: Readonly<Record<string, unknown>>): Entry['metadata'] {
  return metadataFrom(JSON.parse(String(row['metadata'])))
}

/** 32-bit floats, the low byte first, as sqlite-vec reads them; every machine that Node runs on has them so. */
function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength)
}
