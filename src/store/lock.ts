import { join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import type { ProcessIdentity, Processes } from './processes.ts'
import { errnoOf, StoreError, storeError } from './store-error.ts'
import { readWhole, removeQuietly, writeBeside } from './whole-file.ts'

/** The word of one process that nobody else works in a folder. */
export interface Lock {
  /** Gives it up, at once, so that it can be done while the process exits. Doing it again changes nothing. */
  release(): void
}

const MAX_BYTES = 4096

/**
 * Takes the lock of a folder. Rejects with a `StoreError`: `run-held` names the process that has it.
 *
 * A lock is a file with a number that names a process. The one with the highest number counts, and it can be followed by the
 * next number once its process is gone. Nobody removes a lock but its own holder, so there is no instant in which one process
 * clears away as stale what another has just taken. The name appears together with the content, by a link to a file that is
 * whole, so a lock without a holder does not exist either.
 */
export async function takeLock(folder: string, world: LockWorld): Promise<Lock> {
  const { fs, processes } = world
  try {
    const bytes = Buffer.from(`${JSON.stringify(processes.self)}\n`)
    const whole = await writeBeside(fs, join(folder, 'lock'), { bytes, mode: 0o600 })
    try {
      const path = await claim(folder, whole, world)
      return { release: () => removeQuietly(fs, path) }
    } finally {
      removeQuietly(fs, whole)
    }
  } catch (error) {
    throw storeError(error, folder, 'locked')
  }
}

interface LockWorld {
  readonly fs: FileSystem
  readonly processes: Processes
}

async function claim(folder: string, whole: string, world: LockWorld): Promise<string> {
  for (;;) {
    const number = highestLock(world.fs, folder)
    if (number > 0) await refuseIfHeld(join(folder, `lock-${number}`), world)
    const path = join(folder, `lock-${number + 1}`)
    try {
      world.fs.link(whole, path)
      return path
    } catch (error) {
      // Somebody was faster: look again.
      if (errnoOf(error) !== 'EEXIST') throw error
    }
  }
}

/** Who works in a folder now; undefined when nobody does. Throws Node's errors, and `StoreError` for an unreadable lock. */
export async function lockHolder(folder: string, world: LockWorld): Promise<ProcessIdentity | undefined> {
  const number = highestLock(world.fs, folder)
  if (number === 0) return undefined
  const holder = readHolder(world.fs, join(folder, `lock-${number}`))
  return holder === undefined || (await world.processes.isRunning(holder)) === false ? undefined : holder
}

function highestLock(fs: FileSystem, folder: string): number {
  const numbers = fs.list(folder).map((name) => Number(/^lock-([1-9]\d{0,8})$/.exec(name)?.[1] ?? 0))
  return Math.max(0, ...numbers)
}

async function refuseIfHeld(path: string, { fs, processes }: LockWorld): Promise<void> {
  const holder = readHolder(fs, path)
  if (holder === undefined) return
  const isRunning = await processes.isRunning(holder)
  if (isRunning === false) return
  const { pid, host } = holder
  throw isRunning === true
    ? new StoreError('run-held', `process ${pid} is at work on this run`, {
        path,
        help: `wait until it has ended, or stop it: kill ${pid}`,
      })
    : new StoreError('run-held', `process ${pid} of "${host}" may be at work on this run`, {
        path,
        help: `it cannot be seen from here; when it is over, remove "${path}"`,
      })
}

/** Undefined when the lock has just been given up. */
function readHolder(fs: FileSystem, path: string): ProcessIdentity | undefined {
  let text: string
  try {
    text = readWhole(fs, path, MAX_BYTES)?.toString() ?? ''
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
  const holder = parseHolder(text)
  if (holder !== undefined) return holder
  throw new StoreError('run-held', `lock "${path}" does not say who holds it`, {
    path,
    help: 'when no llmflows works on this run, remove that file',
  })
}

function parseHolder(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null) return undefined
    const { pid, start, host, boot, space } = value as Readonly<Record<string, unknown>>
    if (!Number.isSafeInteger(pid) || typeof pid !== 'number' || pid <= 0 || typeof start !== 'number')
      return undefined
    if (typeof host !== 'string' || typeof boot !== 'string' || typeof space !== 'string') return undefined
    return { pid, start, host, boot, space }
  } catch {
    return undefined
  }
}
