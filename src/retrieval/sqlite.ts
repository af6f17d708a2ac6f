import { createRequire } from 'node:module'
import { missingPackage } from './package.ts'

type Value = null | number | string | Uint8Array
type Row = Readonly<Record<string, unknown>>

interface Statement {
  run(...values: Value[]): unknown
  get(...values: Value[]): Row | undefined
  all(...values: Value[]): Row[]
  iterate(...values: Value[]): IterableIterator<Row>
}

/** As much of `node:sqlite` as is used. Every call blocks until it is done. */
export interface Database {
  exec(sql: string): void
  prepare(sql: string): Statement
  enableLoadExtension(allow: boolean): void
  loadExtension(path: string): void
  close(): void
}

interface Sqlite {
  readonly DatabaseSync: new (path: string, options: { readonly allowExtension: boolean }) => Database
}

/**
 * Opens a SQLite file, with the functions of sqlite-vec where that can be loaded. SQLite comes from Node where it has one
 * that loads extensions, otherwise from `@photostructure/sqlite`, which has the same methods; the file is the same.
 */
export async function openSqlite(
  path: string,
  needs: string,
): Promise<{ readonly database: Database; readonly hasVectors: boolean }> {
  const { DatabaseSync } = builtIn() ?? (await fromPackage(needs))
  const database = new DatabaseSync(path, { allowExtension: true })
  database.exec('pragma busy_timeout = 5000')
  return { database, hasVectors: await loadVectors(database) }
}

function builtIn(): Sqlite | undefined {
  try {
    const sqlite = createRequire(import.meta.url)('node:sqlite') as Sqlite
    return 'loadExtension' in sqlite.DatabaseSync.prototype ? sqlite : undefined
  } catch {
    // Node 20 has none.
    return undefined
  }
}

async function fromPackage(needs: string): Promise<Sqlite> {
  try {
    return await import('@photostructure/sqlite')
  } catch (error) {
    throw missingPackage(error, { needs, packages: ['@photostructure/sqlite'] })
  }
}

/** Whether the extension is there now. Without it nothing is missing but speed. */
async function loadVectors(database: Database): Promise<boolean> {
  try {
    const { getLoadablePath } = await import('sqlite-vec')
    database.enableLoadExtension(true)
    database.loadExtension(getLoadablePath())
    return true
  } catch {
    return false
  } finally {
    database.enableLoadExtension(false)
  }
}
