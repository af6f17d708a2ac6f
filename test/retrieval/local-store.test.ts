import { mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { openLocal } from '../../src/retrieval/local-store.ts'
import { openSqlite } from '../../src/retrieval/sqlite.ts'
import { entry, options, storeLaws, vector } from './store-laws.ts'

const noVectors = vi.hoisted(() => ({ isOn: false }))
vi.mock('sqlite-vec', async (original) => {
  const { getLoadablePath } = await original<typeof import('sqlite-vec')>()
  return {
    getLoadablePath: () => {
      if (noVectors.isOn) throw new Error('there is no such extension for this machine')
      return getLoadablePath()
    },
  }
})

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'llmflows-store-'))
}

describe('with sqlite-vec', () => {
  const root = folder()
  storeLaws('local', async (name, model = 'm') => {
    noVectors.isOn = false
    return openLocal({ name, path: join(root, `${name}.sqlite`), model })
  })

  test('the extension is loaded here, so that the tests hold it', async () => {
    noVectors.isOn = false
    const { database, hasVectors } = await openSqlite(join(folder(), 'x.sqlite'), 'a test')
    expect(hasVectors).toBe(true)
    expect(() => database.loadExtension('/nowhere/else')).toThrow()
    database.close()
  })
})

describe('without sqlite-vec', () => {
  const root = folder()
  storeLaws('local', async (name, model = 'm') => {
    noVectors.isOn = true
    return openLocal({ name, path: join(root, `${name}.sqlite`), model })
  })
})

test('both ways of searching find the same in a thousand entries, ties in the order of ids', async () => {
  const path = join(folder(), 'many.sqlite')
  const entries = Array.from({ length: 3000 }, (_, n) =>
    entry(`e${n}`, [Math.sin(n % 700), Math.cos(n % 300), (n % 7) - 3, 0.1], { metadata: { n } }),
  )
  const search = async (isOn: boolean): Promise<unknown> => {
    noVectors.isOn = isOn
    const store = openLocal({ name: 'many', path, model: 'm' })
    if (!isOn) await store.upsert(entries, options)
    const hits = await store.search({ vector: vector(1, 2, 3, 4), topK: 50 }, options)
    await store.close()
    return hits.map(({ score }) => score.toFixed(4))
  }
  const native = await search(false)
  expect(native).toHaveLength(50)
  expect(await search(true)).toEqual(native)
})

test('the file is for its owner alone, and holds one file when it is closed', async () => {
  noVectors.isOn = false
  const root = folder()
  const path = join(root, 'deep', 'er', 'wiki.sqlite')
  const store = openLocal({ name: 'wiki', path, model: 'm' })
  expect(await store.count(options)).toBe(0)
  expect(() => statSync(path)).toThrow(/ENOENT/)
  await store.upsert([entry('a', [1, 0])], options)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  expect(statSync(join(root, 'deep', 'er')).mode & 0o777).toBe(0o700)
  await store.close()
  expect(readFileSync(path).includes('text of a')).toBe(true)
})

test('two processes may use one file at once', async () => {
  const path = join(folder(), 'shared.sqlite')
  const [one, two] = [openLocal({ name: 's', path, model: 'm' }), openLocal({ name: 's', path, model: 'm' })]
  await one.upsert([entry('a', [1, 0])], options)
  await two.upsert([entry('b', [0, 1])], options)
  expect(await one.count(options)).toBe(2)
  expect(await two.count(options)).toBe(2)
  await one.close()
  await two.close()
})

test.each([
  ['a text', 'this is no database, but long enough to look at: '.repeat(30)],
  ['a cut file', undefined],
])('%s instead of a store is an error, and stays as it is', async (_, text) => {
  noVectors.isOn = false
  const path = join(folder(), 'odd.sqlite')
  if (text === undefined) {
    const store = openLocal({ name: 'odd', path, model: 'm' })
    await store.upsert(
      Array.from({ length: 200 }, (__, n) => entry(`e${n}`, [1, n])),
      options,
    )
    await store.close()
    writeFileSync(path, readFileSync(path).subarray(0, 5000))
  } else writeFileSync(path, text)
  const before = readFileSync(path)
  const store = openLocal({ name: 'odd', path, model: 'm' })
  await expect(store.search({ vector: vector(1, 1), topK: 300 }, options)).rejects.toMatchObject({
    code: 'store-refused',
  })
  await store.close()
  expect(readFileSync(path).subarray(0, 100)).toEqual(before.subarray(0, 100))
})

test('a database of something else is not touched', async () => {
  noVectors.isOn = false
  const path = join(folder(), 'theirs.sqlite')
  const { database } = await openSqlite(path, 'a test')
  database.exec('create table customers (name text)')
  database.close()
  const store = openLocal({ name: 'wiki', path, model: 'm' })
  await expect(store.upsert([entry('a', [1, 0])], options)).rejects.toThrow(/something else/)
  await store.close()
  const again = await openSqlite(path, 'a test')
  const tables = again.database.prepare('select name from sqlite_schema').all()
  again.database.close()
  expect(tables.map((row) => ({ ...row }))).toEqual([{ name: 'customers' }])
})
