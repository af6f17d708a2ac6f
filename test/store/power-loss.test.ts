import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { openCache } from '../../src/store/cache.ts'
import { contentKey } from '../../src/store/canonical-json.ts'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { createRun, readRun, resumeRun } from '../../src/store/run-folder.ts'
import { StoreError } from '../../src/store/store-error.ts'
import { asItIs, homeIn } from './folders.ts'

const runId = 'power-loss'
const SECTOR = 512

/** The journal at one instant: what it should hold, what of it is certain to be on the disk, what was promised. */
interface Instant {
  readonly size: number
  readonly safe: number
  readonly promised: number
}

/** A run with outcomes in flight, and every instant of it in which something changed on the way to the disk. */
async function recorded(): Promise<{ readonly bytes: Buffer; readonly instants: readonly Instant[] }> {
  const instants: Instant[] = []
  let [size, safe, promised] = [0, 0, 0]
  const note = (): void => void instants.push({ size, safe, promised })
  const journalFiles = new Set<number>()
  const fs: FileSystem = {
    ...systemFiles,
    open(path, access, mode) {
      const file = systemFiles.open(path, access, mode)
      if (access === 'new-append') journalFiles.add(file)
      return file
    },
    write(file, bytes) {
      const count = systemFiles.write(file, bytes)
      if (journalFiles.has(file)) {
        size += count
        note()
      }
      return count
    },
    async syncData(file) {
      const begun = size
      await systemFiles.syncData(file)
      safe = begun
      note()
    },
  }
  const run = await createRun(homeIn(undefined, fs), { runId, about: null, redact: asItIs })
  let waiting: Promise<void>[] = []
  for (let n = 1; n <= 40; n++) {
    const outcome = run.journal.append({ n, text: 'word '.repeat((n * 37) % 150) }, { durable: n % 3 > 0 })
    if (n % 3 > 0) waiting.push(outcome.then(() => void (promised = Math.max(promised, n))))
    // Now and then a dependent has to wait, so that everything is on the disk.
    if (n % 8 === 0) {
      await Promise.all(waiting)
      waiting = []
      note()
    } else if (n % 5 === 0) await waiting.at(-1)
  }
  await run.close()
  note()
  return { bytes: readFileSync(join(run.folder, 'journal.jsonl')), instants }
}

/** What the disk may hold of the bytes after a loss of power: of what was not safe any part, in any order. */
function* states(bytes: Buffer, { size, safe }: Instant): Generator<Buffer, void, undefined> {
  yield bytes.subarray(0, safe)
  const firstSector = Math.ceil((safe + 1) / SECTOR) * SECTOR
  for (let end = firstSector; end < size; end += SECTOR) {
    yield bytes.subarray(0, end)
    // The length is there and the content is not.
    yield Buffer.concat([bytes.subarray(0, end), Buffer.alloc(size - end)])
    // A later sector came first.
    const hole = Buffer.from(bytes.subarray(0, size))
    hole.fill(0, Math.max(safe, end - SECTOR), end)
    yield hole
  }
  yield Buffer.concat([bytes.subarray(0, safe), Buffer.alloc(size - safe)])
  yield bytes.subarray(0, size)
}

describe('a loss of power', () => {
  test('at any instant leaves a journal with all that was promised, and nothing that was not recorded', async () => {
    const { bytes, instants } = await recorded()
    const home = homeIn()
    const run = await createRun(home, { runId, about: null, redact: asItIs })
    await run.close()
    const path = join(run.folder, 'journal.jsonl')
    let count = 0
    const seen = new Set<string>()
    for (const instant of instants) {
      for (const state of states(bytes, instant)) {
        const identity = `${state.toString('latin1')}${instant.promised}`
        if (seen.has(identity)) continue
        seen.add(identity)
        writeFileSync(path, state)
        expect(numbersIn(() => read(home))).toEqual(expected(state, bytes, instant))
        if (++count % 20 === 0) await expectResumable(home)
      }
    }
    expect(count).toBeGreaterThan(200)
  })

  test('cannot take the name of a journal with it once a record is safe', async () => {
    const opened = new Map<number, string>()
    const synced: string[] = []
    let letGo = (): void => {}
    const held = new Promise<void>((resolve) => (letGo = resolve))
    const fs: FileSystem = {
      ...systemFiles,
      open(path, access, mode) {
        const file = systemFiles.open(path, access, mode)
        if (access === 'folder') opened.set(file, path)
        return file
      },
      async sync(file) {
        await systemFiles.sync(file)
        const folder = opened.get(file)
        if (folder === undefined) return
        await held
        synced.push(folder)
      },
    }
    const home = homeIn(undefined, fs)
    const run = await createRun(home, { runId, about: null, redact: asItIs })
    let isSafe = false
    const safe = run.journal.append('an outcome', { durable: true }).then(() => (isSafe = true))
    for (const one of opened.keys()) await systemFiles.sync(one)
    expect(isSafe).toBe(false)
    letGo()
    await safe
    expect(synced).toEqual([run.folder, join(home.path, 'runs'), home.path, join(home.path, '..')])
    await run.close()
  })

  test('cannot leave half an entry in the cache: its content is on the disk before it has its name', async () => {
    const log: string[] = []
    const paths = new Map<number, string>()
    const fs: FileSystem = {
      ...systemFiles,
      open(path, access, mode) {
        const file = systemFiles.open(path, access, mode)
        paths.set(file, path)
        return file
      },
      write(file, bytes) {
        log.push(`write ${paths.get(file)}`)
        return systemFiles.write(file, bytes)
      },
      async sync(file) {
        await systemFiles.sync(file)
        log.push(`sync ${paths.get(file)}`)
      },
      rename(from, to) {
        systemFiles.rename(from, to)
        log.push(`rename ${from} ${to}`)
      },
    }
    const home = homeIn(undefined, fs)
    log.length = 0
    const key = contentKey('x')
    expect(await openCache(home, { redact: asItIs, now: Date.now }).put(key, 'y')).toBeUndefined()
    const folder = join(home.path, 'cache', key.slice(0, 2))
    const temporary = log[0]?.slice('write '.length) ?? ''
    expect(log).toEqual([
      `write ${temporary}`,
      `sync ${temporary}`,
      `rename ${temporary} ${join(folder, `${key}.json`)}`,
      `sync ${folder}`,
    ])
    expect(temporary.startsWith(join(folder, '.'))).toBe(true)
  })
})

function read(home: ReturnType<typeof homeIn>): number[] {
  const numbers: number[] = []
  readRun(home, {
    runId,
    onRecord: (record) => numbers.push((record as { readonly n: number }).n),
  })
  return numbers
}

/** Nothing recorded is an answer as well. */
function numbersIn(work: () => number[]): number[] {
  try {
    return work()
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return []
    throw error
  }
}

/** The records whose lines are whole from the start on, which has to be at least what was promised. */
function expected(state: Buffer, bytes: Buffer, { promised }: Instant): number[] {
  let same = 0
  while (same < state.length && state[same] === bytes[same]) same++
  const lines = bytes.subarray(0, same).toString('latin1').split('\n').length - 1
  const numbers = Array.from({ length: Math.max(0, lines - 1) }, (_, index) => index + 1)
  expect(numbers.length).toBeGreaterThanOrEqual(promised)
  return numbers
}

async function expectResumable(home: ReturnType<typeof homeIn>): Promise<void> {
  const before = numbersIn(() => read(home))
  if (before.length === 0) return
  const run = await resumeRun(home, { runId, redact: asItIs, onRecord: () => {} })
  await run.journal.append({ n: 1000 }, { durable: true })
  await run.close()
  expect(read(home)).toEqual([...before, 1000])
}
