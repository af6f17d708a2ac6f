import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { Json } from '../source/json.ts'
import type { FileSystem } from './file-system.ts'
import { findFolder, type Home, openFolder } from './home.ts'
import { type Journal, writeJournal } from './journal.ts'
import { journalHeader } from './journal-header.ts'
import { type JournalEnd, readJournal } from './journal-reader.ts'
import { type Lock, takeLock } from './lock.ts'
import { StoreError, storeError } from './store-error.ts'
import { closeQuietly, syncFolder } from './whole-file.ts'

/** A run that this process may write to, and no other. */
export interface KeptRun {
  readonly folder: string
  readonly journal: Journal
  /** Brings the journal to the disk, closes it and gives up the lock. Rejects with a `StoreError` where that fails. */
  close(): Promise<void>
  /** Closes it and leaves nothing of it. Rejects with a `StoreError` where that fails. */
  discard(): Promise<void>
  /** Gives up the lock at once, for a process that is about to exit; the journal is as whole as after a crash. */
  release(): void
}

/** A run that goes on. */
export interface ResumedRun extends KeptRun {
  readonly end: JournalEnd
}

interface RunToCreate {
  readonly runId: string
  /** What a list of runs shows of it, such as the flow's name and the time; small. */
  readonly about: Json
  /** Takes secrets out of the JSON text of every record. */
  readonly redact: (text: string) => string
}

interface RunToResume extends Pick<RunToCreate, 'runId' | 'redact'> {
  /** Told of every record that was kept, in order. */
  readonly onRecord: (record: Json) => void
}

export const JOURNAL_NAME = 'journal.jsonl'

/**
 * A folder, a lock and an empty journal for a new run, under `runs/<run_id>`. Nothing waits for the disk but the lock; the
 * first durable record waits for the names as well. Rejects with a `StoreError`.
 */
export async function createRun(home: Home, { runId, about, redact }: RunToCreate): Promise<KeptRun> {
  const { fs } = home
  refuseStrangeId(runId)
  const folder = join(openFolder(home, 'runs'), runId)
  try {
    fs.makeFolder(folder, 0o700)
  } catch (error) {
    throw storeError(error, folder, 'made')
  }
  const lock = await takeLock(folder, home)
  const path = join(folder, JOURNAL_NAME)
  let file: number | undefined
  try {
    file = fs.open(path, 'new-append')
    const named = syncNames(home, folder)
    const journal = writeJournal({ fs, path, file, runId, redact, bytes: 0, lines: 0, named })
    await journal.append(journalHeader(runId, about))
    return keptRun(home, { folder, journal, lock })
  } catch (error) {
    if (file !== undefined) closeQuietly(fs, file)
    lock.release()
    throw storeError(error, path, 'written')
  }
}

/**
 * Takes up a run where its journal ends. What a crash has left unfinished is cut off. Rejects with a `StoreError`, among
 * others when there is no such run, when another process works on it, and when the journal is damaged.
 */
export async function resumeRun(home: Home, { runId, redact, onRecord }: RunToResume): Promise<ResumedRun> {
  const { fs } = home
  const folder = folderOf(home, runId)
  const lock = await takeLock(folder, home)
  const path = join(folder, JOURNAL_NAME)
  let file: number | undefined
  try {
    file = fs.open(path, 'append')
    const end = readJournal({ fs, path, file, runId, onRecord })
    if (end.lines === 0) throw nothingRecorded(runId, path)
    if (end.droppedBytes > 0) fs.cut(file, end.bytes)
    // A process that was killed has left records that only the operating system knows of.
    await fs.sync(file)
    const { lines, bytes } = end
    const named = Promise.resolve()
    const journal = writeJournal({ fs, path, file, runId, redact, bytes, lines, named })
    return { ...keptRun(home, { folder, journal, lock }), end }
  } catch (error) {
    if (file !== undefined) closeQuietly(fs, file)
    lock.release()
    throw storeError(error, path, 'continued')
  }
}

/** Reads what was kept of a run, which may be going on. Throws a `StoreError`. */
export function readRun(
  home: Home,
  { runId, onRecord }: Pick<RunToResume, 'runId' | 'onRecord'>,
): JournalEnd {
  const { fs } = home
  const path = join(folderOf(home, runId), JOURNAL_NAME)
  try {
    const file = fs.open(path, 'read')
    try {
      const end = readJournal({ fs, path, file, runId, onRecord })
      if (end.lines === 0) throw nothingRecorded(runId, path)
      return end
    } finally {
      fs.close(file)
    }
  } catch (error) {
    throw storeError(error, path, 'read')
  }
}

interface HeldRun extends Pick<KeptRun, 'folder' | 'journal'> {
  readonly lock: Lock
}

function keptRun({ fs }: Home, { folder, journal, lock }: HeldRun): KeptRun {
  return {
    folder,
    journal,
    release: () => lock.release(),
    async close() {
      try {
        await journal.close()
      } finally {
        lock.release()
      }
    },
    async discard() {
      try {
        await journal.close()
        removeWhole(fs, folder)
      } catch (error) {
        lock.release()
        throw storeError(error, folder, 'removed')
      }
    },
  }
}

/** Takes the folder of a run away. Its name goes first, so that there is never half a run to resume. */
function removeWhole(fs: FileSystem, folder: string): void {
  const gone = join(dirname(folder), prunedFolderName())
  fs.rename(folder, gone)
  fs.removeTree(gone)
}

/** A name that no run has, for one that is being removed. */
export function prunedFolderName(): string {
  return `.${randomBytes(8).toString('hex')}.pruned`
}

/** A run's id comes from the command line and becomes a part of a path. */
function refuseStrangeId(runId: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/.test(runId)) return
  throw new StoreError('not-found', `"${runId}" is no id of a run`, { path: runId })
}

function folderOf(home: Home, runId: string): string {
  refuseStrangeId(runId)
  const folder = findFolder(home, 'runs', runId)
  if (folder !== undefined) return folder
  throw new StoreError('not-found', `there is no run "${runId}" in "${home.path}"`, { path: home.path })
}

function nothingRecorded(runId: string, path: string): StoreError {
  return new StoreError('not-found', `nothing was recorded of run "${runId}"`, {
    path,
    help: 'it ended before its first step; start it anew',
  })
}

/** From the journal up to the name of the `.llmflows` folder itself. */
async function syncNames({ fs, path }: Home, folder: string): Promise<void> {
  for (const one of [folder, dirname(folder), path, dirname(path)]) await syncFolder(fs, one)
}
