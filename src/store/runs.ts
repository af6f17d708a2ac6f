import { join } from 'node:path'
import type { Json } from '../source/json.ts'
import type { FileSystem } from './file-system.ts'
import { findFolder, type Home } from './home.ts'
import { claimedHeader } from './journal-header.ts'
import { decodeLine } from './journal-line.ts'
import { lockHolder, takeLock } from './lock.ts'
import type { ProcessIdentity } from './processes.ts'
import { JOURNAL_NAME, prunedFolderName } from './run-folder.ts'
import { StoreError, storeError } from './store-error.ts'
import { fill } from './whole-file.ts'

/** One run in a list of runs, told from the first and the last line of its journal. */
export interface RunEntry {
  readonly runId: string
  readonly folder: string
  /** What `createRun` was given; undefined when the journal has no whole header. */
  readonly about: Json | undefined
  /** The last record, which says how the run ended if it did; undefined when it is torn, or longer than 64 KiB. */
  readonly last: Json | undefined
  /** Of the journal. */
  readonly bytes: number
  readonly modifiedMs: number
  /** The process that works on it now; undefined when none does. */
  readonly holder: ProcessIdentity | undefined
}

interface RunLimits {
  /** Runs that nothing was written to for that long go. */
  readonly maxAgeMs?: number | undefined
  /** How many of the newest stay. */
  readonly keep?: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

const END_BYTES = 64 * 1024
/** What `pruneRuns` has taken out of the way and did not live to remove. */
const prunedName = /^\.[0-9a-f]{16}\.pruned$/

/** The runs that have a journal, the newest first, at two short reads each. Rejects with a `StoreError`. */
export async function listRuns(home: Home): Promise<readonly RunEntry[]> {
  const root = findFolder(home, 'runs')
  if (root === undefined) return []
  try {
    const entries: RunEntry[] = []
    // Ids begin with the time, and their letters are few.
    for (const runId of home.fs.list(root).toSorted().reverse()) {
      const entry = prunedName.test(runId) ? undefined : await runEntry(home, join(root, runId), runId)
      if (entry !== undefined) entries.push(entry)
    }
    return entries
  } catch (error) {
    throw storeError(error, root, 'read')
  }
}

/**
 * Removes whole runs: those beyond the newest `keep` and those older than `maxAgeMs`, but never one that a process works on.
 * Resolves with the ids of what is gone. Rejects with a `StoreError`.
 */
export async function pruneRuns(
  home: Home,
  { maxAgeMs = Infinity, keep = Infinity, now }: RunLimits,
): Promise<readonly string[]> {
  const runs = await listRuns(home)
  const root = findFolder(home, 'runs')
  if (root === undefined) return []
  const gone: string[] = []
  try {
    for (const [index, { runId, folder, modifiedMs }] of runs.entries())
      if ((index >= keep || now - modifiedMs > maxAgeMs) && (await removeRun(home, folder))) gone.push(runId)
    for (const name of home.fs.list(root)) if (prunedName.test(name)) home.fs.removeTree(join(root, name))
    return gone
  } catch (error) {
    throw storeError(error, root, 'pruned')
  }
}

/** False when a process works on it. Its name goes first, so that there is never half a run to resume. */
async function removeRun(home: Home, folder: string): Promise<boolean> {
  try {
    await takeLock(folder, home)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'run-held') return false
    throw error
  }
  home.fs.rename(folder, join(folder, '..', prunedFolderName()))
  return true
}

async function runEntry(home: Home, folder: string, runId: string): Promise<RunEntry | undefined> {
  const { fs } = home
  if (fs.factsAt(folder)?.kind !== 'folder') return undefined
  const path = join(folder, JOURNAL_NAME)
  const facts = fs.factsAt(path)
  if (facts?.kind !== 'file') return undefined
  const { size: bytes, modifiedMs } = facts
  const file = fs.open(path, 'read')
  try {
    const head = read(fs, { file, at: 0 }, Math.min(bytes, END_BYTES))
    const tail = read(fs, { file, at: Math.max(0, bytes - END_BYTES) }, Math.min(bytes, END_BYTES))
    const about = claimedHeader(head.subarray(0, Math.max(0, head.indexOf('\n'))).toString())?.about
    const last = lastRecord(runId, tail)
    const holder = await holderOf(home, folder)
    return { runId, folder, about, last, bytes, modifiedMs, holder }
  } finally {
    fs.close(file)
  }
}

function read(fs: FileSystem, place: { readonly file: number; readonly at: number }, size: number): Buffer {
  const bytes = Buffer.allocUnsafe(size)
  return bytes.subarray(0, fill(fs, place, bytes))
}

function lastRecord(runId: string, tail: Buffer): Json | undefined {
  const line = decodeLine(runId, tail.subarray(tail.lastIndexOf('\n', -2) + 1, -1))
  return line === undefined || line.n === 1 ? undefined : line.record
}

/** A lock that cannot be read keeps nobody from seeing the list. */
async function holderOf(home: Home, folder: string): Promise<ProcessIdentity | undefined> {
  try {
    return await lockHolder(folder, home)
  } catch (error) {
    if (error instanceof StoreError) return undefined
    throw error
  }
}
