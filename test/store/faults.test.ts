import { describe, expect, test } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { cacheStats, clearCache, pruneCache } from '../../src/store/cache-upkeep.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { openHome, type Home } from '../../src/store/home.ts'
import { createRun, readRun, resumeRun } from '../../src/store/run-folder.ts'
import { listRuns, pruneRuns } from '../../src/store/runs.ts'
import { StoreError } from '../../src/store/store-error.ts'
import type { Json } from '../../src/source/json.ts'
import { errno, faultyFiles } from './faulty-files.ts'
import { asItIs, processes, temporaryFolder } from './folders.ts'

const runId = 'faults'
const key = contentKey({ prompt: 'a haiku' })
const day = 24 * 3600 * 1000

/** What a user of the store was promised before something failed. */
interface Promised {
  readonly records: Json[]
  isCached: boolean
  readonly errors: StoreError[]
}

/** Uses everything there is, and goes on after whatever fails. */
async function useAll(directory: string, fs: FileSystem): Promise<Promised> {
  const promised: Promised = { records: [], isCached: false, errors: [] }
  const home = await attempt(promised, () => openHome(directory, { fs, processes }))
  if (home === undefined) return promised
  const first = await attempt(promised, () => createRun(home, { runId, about: 'a run', redact: asItIs }))
  for (const record of ['one', 'two', 'three'])
    await attempt(promised, async () => {
      await first?.journal.append(record, { durable: true })
      if (first !== undefined) promised.records.push(record)
    })
  await attempt(promised, () => first?.close())
  const again = await attempt(promised, () => resumeRun(home, { runId, redact: asItIs, onRecord: () => {} }))
  await attempt(promised, async () => {
    await again?.journal.append('four', { durable: true })
    if (again !== undefined) promised.records.push('four')
  })
  await attempt(promised, () => again?.close())
  await useCache(home, promised)
  await attempt(promised, () => listRuns(home))
  await attempt(promised, () => pruneRuns(home, { keep: 1, now: Date.now() }))
  return promised
}

async function useCache(home: Home, promised: Promised): Promise<void> {
  const cache = openCache(home, { redact: asItIs, now: () => Date.now() + 2 * day })
  const warning = await cache.put(key, 'an answer')
  if (warning === undefined) promised.isCached = true
  else promised.errors.push(warning)
  const found = cache.get(key)
  if (found.isHit) expect(found.value).toBe('an answer')
  else if (found.warning !== undefined) promised.errors.push(found.warning)
  await attempt(promised, () => cacheStats(home))
  await attempt(promised, () => pruneCache(home, { maxAgeMs: 30 * day, now: Date.now() }))
}

async function attempt<T>(promised: Promised, work: () => T | Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    // Anything else is a mistake of ours.
    if (!(error instanceof StoreError)) throw error
    promised.errors.push(error)
    return undefined
  }
}

/** What another process finds afterwards, when nothing fails any more. */
async function expectPromisesKept(directory: string, promised: Promised): Promise<void> {
  const afterwards = { ...processes, isRunning: async () => false }
  const home = openHome(directory, { fs: systemFiles, processes: afterwards })
  const all = ['one', 'two', 'three', 'four']
  const read: Json[] = []
  try {
    const run = await resumeRun(home, { runId, redact: asItIs, onRecord: (record) => read.push(record) })
    await run.journal.append('the end', { durable: true })
    await run.close()
    const reread: Json[] = []
    readRun(home, { runId, onRecord: (record) => reread.push(record) })
    expect(reread).toEqual([...read, 'the end'])
  } catch (error) {
    expect(error).toMatchObject({ code: 'not-found' })
  }
  expect(all.filter((record) => read.includes(record))).toEqual(read)
  for (const record of promised.records) expect(read).toContain(record)
  const found = openCache(home, { redact: asItIs, now: Date.now }).get(key)
  expect(found).toEqual(
    promised.isCached || found.isHit
      ? { isHit: true, value: 'an answer' }
      : { isHit: false, warning: undefined },
  )
  await listRuns(home)
  clearCache(home)
  await pruneRuns(home, { keep: 0, now: Date.now() })
  expect(await listRuns(home)).toEqual([])
  expect(cacheStats(home)).toMatchObject({ entries: 0 })
}

/** How many calls it all takes when nothing fails. */
async function callCount(): Promise<number> {
  const { fs, calls } = faultyFiles(() => undefined)
  const { errors, records } = await useAll(temporaryFolder(), fs)
  expect(errors).toEqual([])
  expect(records).toEqual(['one', 'two', 'three', 'four'])
  // Each of them is made to fail, so none may be missing.
  expect(new Set(calls)).toEqual(new Set(Object.keys(fs).filter((name) => !unused.has(name))))
  return calls.length
}

/** Only after a crash or for a folder that was copied. */
const unused = new Set(['cut', 'setMode', 'removeTree'])

describe('an error of the file system', () => {
  test.each(['ENOSPC', 'EIO', 'EACCES', 'EROFS', 'EMFILE', 'short'])(
    '%s at any call is a typed error or a warning, and what was promised before holds',
    async (code) => {
      const count = await callCount()
      let failures = 0
      for (let at = 0; at < count; at++) {
        const directory = temporaryFolder()
        const fault = code === 'short' ? 'short' : errno(code)
        const { fs } = faultyFiles(({ number }) => (number === at ? fault : undefined))
        const promised = await useAll(directory, fs)
        failures += promised.errors.length
        if (code === 'short') expect(promised.errors).toEqual([])
        await expectPromisesKept(directory, promised)
      }
      if (code !== 'short') expect(failures).toBeGreaterThan(count / 2)
    },
  )

  test.each(['ENOSPC', 'EIO'])('%s that does not end leaves what was promised', async (code) => {
    const count = await callCount()
    for (let at = 0; at < count; at++) {
      const directory = temporaryFolder()
      const { fs } = faultyFiles(({ number, name }) =>
        number >= at && name !== 'close' ? errno(code) : undefined,
      )
      await expectPromisesKept(directory, await useAll(directory, fs))
    }
  })

  test('after half of a record takes that half away, and nothing more is written', async () => {
    let isFull = false
    const { fs } = faultyFiles(({ name }) => {
      if (!isFull || name !== 'write') return undefined
      isFull = false
      return 'short'
    })
    const full: FileSystem = {
      ...fs,
      write(file, bytes) {
        if (isHalf) throw errno('ENOSPC')
        isHalf = isFull
        return fs.write(file, bytes)
      },
    }
    let isHalf = false
    const home = openHome(temporaryFolder(), { fs: full, processes })
    const run = await createRun(home, { runId, about: null, redact: asItIs })
    await run.journal.append('one', { durable: true })
    isFull = true
    await expect(run.journal.append('two')).rejects.toMatchObject({ code: 'disk-full' })
    isHalf = false
    await expect(run.journal.append('three', { durable: true })).rejects.toMatchObject({ code: 'disk-full' })
    expect(run.journal.failure?.message).toMatch(/journal.jsonl" cannot be written: the disk is full$/)
    await run.close()
    const read: Json[] = []
    expect(readRun(home, { runId, onRecord: (record) => read.push(record) }).droppedBytes).toBe(0)
    expect(read).toEqual(['one'])
  })

  test('while records wait for the disk fails all of them, and later ones', async () => {
    const { fs } = faultyFiles(({ name }) => (name === 'syncData' ? errno('EIO') : undefined))
    const home = openHome(temporaryFolder(), { fs, processes })
    const run = await createRun(home, { runId, about: null, redact: asItIs })
    const outcomes = [1, 2, 3].map((n) => run.journal.append(n, { durable: true }))
    for (const outcome of outcomes) await expect(outcome).rejects.toMatchObject({ code: 'io-error' })
    // One that nobody waits for ends no process.
    void run.journal.append(4)
    await run.close()
  })
})

describe('a process that dies', () => {
  test('at any call leaves what was promised', async () => {
    const count = await callCount()
    for (let at = 0; at < count; at++) {
      const directory = temporaryFolder()
      const { fs } = faultyFiles(({ number }) => (number >= at ? errno('EIO') : undefined))
      await expectPromisesKept(directory, await useAll(directory, fs))
    }
  })
})
