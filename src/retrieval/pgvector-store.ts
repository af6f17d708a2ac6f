import type { Pool, PoolClient } from 'pg'
import { LlmError } from '../llms/llm.ts'
import { createRedactor } from '../llms/redaction.ts'
import { metadataFrom } from './metadata.ts'
import { missingPackage } from './package.ts'
import { pgvectorWhere } from './pgvector-filter.ts'
import { lengthOf, otherLength, otherModel, ranked, type VectorStore } from './vector-store.ts'

const CONNECT_MS = 10_000
const STATEMENT_MS = 60_000
const PAGE = 1000
/** The lock under which tables are made; any number does that nobody else uses. */
const LOCK = 0x6c6c6d66

interface PgvectorOptions {
  /** The store's name in the flow, for messages. */
  readonly name: string
  /** The table; made when something is written. */
  readonly collection: string
  /** What makes the vectors. */
  readonly model: string
  /** Holds a password: never print it. */
  readonly url: string
}

interface Table {
  readonly model: string
  readonly dimensions: number
}

/**
 * A store in a table of PostgreSQL with the extension pgvector, on one connection. Names go into SQL quoted, everything else
 * as parameters. The table's comment says that it is llmflows' and which model made its vectors; another table is not touched.
 */
export async function openPgvector({ name, collection, model, url }: PgvectorOptions): Promise<VectorStore> {
  const pool = await openPool(url)
  const table = `"${collection.replaceAll('"', '""')}"`
  const { password, username } = new URL(url)
  const redact = createRedactor([url, decodeURIComponent(password), password, username])
  let known: Table | undefined

  /** Does some work on the connection; what PostgreSQL says is a failure of the store. */
  async function withClient<T>(signal: AbortSignal, work: (client: PoolClient) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    let client: PoolClient | undefined
    let onAbort: (() => void) | undefined
    try {
      client = await pool.connect()
      const stopped = new Promise<never>((_resolve, reject) => {
        onAbort = () => reject(signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
        if (signal.aborted) onAbort()
      })
      const made = await Promise.race([work(client), stopped])
      client.release()
      return made
    } catch (error) {
      // Whatever it was doing may not be over: the connection is not used again.
      client?.release(!(error instanceof LlmError))
      if (signal.aborted) throw signal.reason
      throw error instanceof LlmError ? error : failure(error)
    } finally {
      if (onAbort !== undefined) signal.removeEventListener('abort', onAbort)
    }
  }

  function failure(error: unknown): LlmError {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    const message = redact(error instanceof Error ? error.message || code : String(error))
    const isPassing = /^(?:08|53|57P|40|E[A-Z]+$)/.test(code) || /timeout|terminated/i.test(message)
    return new LlmError(
      code.startsWith('28') ? 'authentication-failed' : isPassing ? 'connection-failed' : 'store-refused',
      `vector store "${name}" in PostgreSQL: ${message}`,
      { retryable: isPassing },
    )
  }

  /** What the table holds; undefined when there is none. */
  async function look(client: PoolClient): Promise<Table | undefined> {
    if (known !== undefined) return known
    const { rows } = await client.query(
      `select obj_description(c.oid, 'pg_class') as comment, a.atttypmod as dimensions
       from pg_class c left join pg_attribute a on a.attrelid = c.oid and a.attname = 'vector'
       where c.oid = to_regclass($1)`,
      [table],
    )
    const [row] = rows as readonly { readonly comment: string | null; readonly dimensions: number | null }[]
    if (row === undefined) return undefined
    const theirs = /^llmflows 1 (.+)$/.exec(row.comment ?? '')?.[1]
    if (theirs === undefined || row.dimensions === null) {
      throw new LlmError(
        'store-refused',
        `the table ${table} of vector store "${name}" was not made by llmflows`,
        {
          retryable: false,
          help: 'give the store another "collection"',
        },
      )
    }
    if (theirs !== model) throw otherModel(name, { theirs, ours: model })
    known = { model, dimensions: row.dimensions }
    return known
  }

  async function make(client: PoolClient, dimensions: number): Promise<void> {
    await client.query('begin')
    try {
      await client.query('select pg_advisory_xact_lock($1)', [LOCK])
      if ((await look(client)) === undefined) {
        const { rows } = await client.query(`select 1 from pg_type where typname = 'vector'`)
        if (rows.length === 0) await client.query('create extension if not exists vector')
        // Neither statement takes parameters: a whole number, and a text with its quotes doubled.
        await client.query(
          `create table ${table} (id text primary key, text text not null, metadata jsonb not null, vector vector(${dimensions}) not null)`,
        )
        await client.query(`comment on table ${table} is 'llmflows 1 ${model.replaceAll("'", "''")}'`)
      }
      await client.query('commit')
    } catch (error) {
      await client.query('rollback')
      throw error
    }
  }

  function fits({ dimensions }: Table, length: number): void {
    if (dimensions !== length) throw otherLength(name, { theirs: dimensions, ours: length })
  }

  return {
    async upsert(entries, { signal }) {
      if (entries.length === 0) return
      const length = lengthOf(
        name,
        entries.map(({ vector }) => vector),
      )
      await withClient(signal, async (client) => {
        const found = await look(client)
        if (found === undefined) await make(client, length)
        else fits(found, length)
        const last = new Map(entries.map((entry) => [entry.id, entry]))
        const rows = [...last.values()]
        await client.query(
          `insert into ${table} (id, text, metadata, vector)
           select * from unnest($1::text[], $2::text[], $3::jsonb[], $4::vector[])
           on conflict (id) do update set text = excluded.text, metadata = excluded.metadata, vector = excluded.vector`,
          [
            rows.map(({ id }) => id),
            rows.map(({ text }) => text),
            rows.map(({ metadata }) => JSON.stringify(metadata)),
            rows.map(({ vector }) => written(vector)),
          ],
        )
      })
    },

    search(query, { signal }) {
      return withClient(signal, async (client) => {
        const length = lengthOf(name, [query.vector])
        const found = await look(client)
        if (found === undefined) return []
        fits(found, length)
        const { sql, values } = pgvectorWhere(query.filter, 3)
        const { rows } = await client.query(
          `select id, text, metadata, 1 - (vector <=> $1::vector) as score
           from ${table} ${sql} order by vector <=> $1::vector, id limit $2`,
          [written(query.vector), query.topK, ...values],
        )
        const hits = rows.map(({ id, text, metadata, score }: Record<string, unknown>) => ({
          id: String(id),
          text: String(text),
          score: Number(score),
          metadata: metadataFrom(metadata),
        }))
        return ranked(hits, query)
      })
    },

    fetch(ids, { signal }) {
      return withClient(signal, async (client) => {
        if ((await look(client)) === undefined) return new Map()
        const { rows } = await client.query(`select id, metadata from ${table} where id = any($1::text[])`, [
          ids,
        ])
        return new Map(
          rows.map(
            ({ id, metadata }: Record<string, unknown>) => [String(id), metadataFrom(metadata)] as const,
          ),
        )
      })
    },

    async *ids({ signal }) {
      for (let after = ''; ;) {
        const from = after
        const page = await withClient(signal, async (client) => {
          if ((await look(client)) === undefined) return []
          const { rows } = await client.query(
            `select id from ${table} where id collate "C" > $1 order by id collate "C" limit ${PAGE}`,
            [from],
          )
          return rows.map(({ id }: Record<string, unknown>) => String(id))
        })
        if (page.length === 0) return
        yield page
        after = page.at(-1) ?? ''
      }
    },

    remove(ids, { signal }) {
      return withClient(signal, async (client) => {
        if ((await look(client)) === undefined) return
        await client.query(`delete from ${table} where id = any($1::text[])`, [ids])
      })
    },

    count({ signal }) {
      return withClient(signal, async (client) => {
        if ((await look(client)) === undefined) return 0
        const { rows } = await client.query(`select count(*)::int as n from ${table}`)
        return Number((rows as readonly { readonly n: unknown }[])[0]?.n)
      })
    },

    close: () => pool.end(),
  }
}

async function openPool(url: string): Promise<Pool> {
  try {
    const { default: pg } = await import('pg')
    const pool = new pg.Pool({
      connectionString: url,
      max: 1,
      connectionTimeoutMillis: CONNECT_MS,
      statement_timeout: STATEMENT_MS,
      query_timeout: STATEMENT_MS + CONNECT_MS,
      allowExitOnIdle: true,
    })
    // A connection that breaks while nobody uses it is opened anew by whoever needs it next.
    pool.on('error', () => {})
    return pool
  } catch (error) {
    throw missingPackage(error, { needs: 'vector stores of provider "pgvector"', packages: ['pg'] })
  }
}

/** As pgvector reads it. */
function written(vector: Float32Array): string {
  return `[${vector.join(',')}]`
}
