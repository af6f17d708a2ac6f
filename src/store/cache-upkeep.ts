import { join } from 'node:path'
import { findFolder, type Home } from './home.ts'
import { errnoOf, storeError } from './store-error.ts'
import { temporaryName } from './whole-file.ts'

export interface CacheStats {
  readonly entries: number
  readonly bytes: number
  /** When the entry that was not used for the longest time was last used, to the day; undefined for an empty cache. */
  readonly oldestMs: number | undefined
}

export interface CacheLimits {
  /** Entries that were not used for that long go. Uses are noted to the day. */
  readonly maxAgeMs?: number | undefined
  /** The least recently used entries go until the rest has that many bytes. */
  readonly maxBytes?: number | undefined
  /** Milliseconds since 1970. */
  readonly now: number
}

/** What was taken away. */
export interface Pruned {
  readonly entries: number
  readonly bytes: number
}

interface Entry {
  readonly path: string
  readonly size: number
  readonly modifiedMs: number
  readonly isTemporary: boolean
}

/** A file that is still being written is younger; older ones were left by a process that was killed. */
const ABANDONED_MS = 3600 * 1000

/** How much the cache holds. Throws a `StoreError`. */
export function cacheStats(home: Home): CacheStats {
  let [entries, bytes] = [0, 0]
  let oldestMs: number | undefined
  for (const entry of entriesOf(home)) {
    if (entry.isTemporary) continue
    entries++
    bytes += entry.size
    oldestMs = Math.min(oldestMs ?? Infinity, entry.modifiedMs)
  }
  return { entries, bytes, oldestMs }
}

/** Removes every entry. Runs that use the cache meanwhile ask again. Throws a `StoreError`. */
export function clearCache(home: Home): Pruned {
  return remove(home, [...entriesOf(home)])
}

/** Removes what is beyond the limits. Throws a `StoreError`. */
export function pruneCache(
  home: Home,
  { maxAgeMs = Infinity, maxBytes = Infinity, now }: CacheLimits,
): Pruned {
  const goes: Entry[] = []
  const stays: Entry[] = []
  for (const entry of entriesOf(home)) {
    const age = now - entry.modifiedMs
    if (age > (entry.isTemporary ? ABANDONED_MS : maxAgeMs)) goes.push(entry)
    else if (!entry.isTemporary) stays.push(entry)
  }
  let bytes = stays.reduce((sum, { size }) => sum + size, 0)
  for (const entry of stays.toSorted((a, b) => a.modifiedMs - b.modifiedMs)) {
    if (bytes <= maxBytes) break
    goes.push(entry)
    bytes -= entry.size
  }
  return remove(home, goes)
}

function remove({ fs }: Home, goes: readonly Entry[]): Pruned {
  let [entries, bytes] = [0, 0]
  for (const { path, size, isTemporary } of goes) {
    try {
      fs.remove(path)
    } catch (error) {
      // Another process clears up as well.
      if (errnoOf(error) === 'ENOENT') continue
      throw storeError(error, path, 'removed')
    }
    bytes += size
    if (!isTemporary) entries++
  }
  return { entries, bytes }
}

/** Nothing but what the cache itself makes: whatever else lies there is not ours to count or to remove. */
function* entriesOf(home: Home): Generator<Entry, void, undefined> {
  const root = findFolder(home, 'cache')
  if (root === undefined) return
  try {
    for (const part of home.fs.list(root).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
      const folder = findFolder(home, 'cache', part)
      if (folder === undefined) continue
      for (const name of home.fs.list(folder)) {
        const isTemporary = temporaryName.test(name)
        if (!isTemporary && !/^[0-9a-f]{64}\.json$/.test(name)) continue
        const path = join(folder, name)
        const facts = home.fs.factsAt(path)
        if (facts?.kind !== 'file') continue
        yield { path, size: facts.size, modifiedMs: facts.modifiedMs, isTemporary }
      }
    }
  } catch (error) {
    throw storeError(error, root, 'read')
  }
}
