import { join } from 'node:path'
import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'
import { entryText, readEntry } from './cache-entry.ts'
import { type Home, openFolder } from './home.ts'
import { errnoOf, StoreError, storeError } from './store-error.ts'
import { readOpen, replaceWhole } from './whole-file.ts'

/** Answers by the content that they depend on, shared by all runs and processes that use the folder. */
export interface Cache {
  /** Never throws: whatever is wrong with an entry, it is not there. `warning` says what is wrong. */
  get(key: string): CacheLookup
  /**
   * Keeps a value, whole and on the disk when the promise resolves, for `get` in any process. It never rejects: a value that
   * could not be kept is a warning. One with a secret in it is not kept, without a word.
   */
  put(key: string, value: Json): Promise<StoreError | undefined>
}

export type CacheLookup =
  | { readonly isHit: true; readonly value: Json }
  | { readonly isHit: false; readonly warning: StoreError | undefined }

/** Twice what the transport takes of an answer, since JSON may escape it. */
const MAX_BYTES = 16 * 1024 * 1024
const DAY_MS = 24 * 3600 * 1000

interface CacheOptions {
  /** Takes secrets out of a text. What it would change is not kept: it would not be the answer any more. */
  readonly redact: (text: string) => string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

/** The cache under `cache/` of a `.llmflows` folder. Makes nothing until something is put. */
export function openCache(home: Home, { redact, now }: CacheOptions): Cache {
  const { fs } = home
  return {
    get(key) {
      const path = pathOf(home, key)
      try {
        const file = fs.open(path, 'read')
        try {
          const bytes = readOpen(fs, file, MAX_BYTES)
          if (bytes === undefined) return miss(path, 'is not a file of the size that an answer has')
          const entry = readEntry(key, bytes)
          if (!entry.ok) return miss(path, entry.problem)
          markUsed(home, file, now())
          return { isHit: true, value: entry.value }
        } finally {
          fs.close(file)
        }
      } catch (error) {
        const isAbsent = errnoOf(error) === 'ENOENT'
        return { isHit: false, warning: isAbsent ? undefined : storeError(error, path, 'read') }
      }
    },
    async put(key, value) {
      const path = pathOf(home, key)
      try {
        const text = jsonText(value, { compact: true })
        if (redact(text) !== text) return undefined
        const bytes = Buffer.from(entryText(key, text))
        if (bytes.length > MAX_BYTES) return tooLarge(path, bytes.length)
        openFolder(home, 'cache', key.slice(0, 2))
        await replaceWhole(fs, path, { bytes, mode: 0o600 })
        return undefined
      } catch (error) {
        return storeError(error, path, 'written')
      }
    },
  }
}

/** The time of the file says when it was last used, to the day: that is all `prune` has to know, and little to write. */
function markUsed({ fs }: Home, file: number, now: number): void {
  try {
    if (now - fs.facts(file).modifiedMs > DAY_MS) fs.setTime(file, new Date(now))
  } catch {
    // A folder that may only be read gives answers all the same.
  }
}

function pathOf({ path }: Home, key: string): string {
  if (!/^[0-9a-f]{64}$/.test(key)) throw new RangeError('the key of an answer is a SHA-256 in hexadecimal')
  return join(path, 'cache', key.slice(0, 2), `${key}.json`)
}

function miss(path: string, problem: string): CacheLookup {
  const warning = new StoreError('damaged', `cache entry "${path}" ${problem}; it is not used`, { path })
  return { isHit: false, warning }
}

function tooLarge(path: string, size: number): StoreError {
  const message = `an answer of ${size} bytes is not kept in the cache, which takes up to ${MAX_BYTES}`
  return new StoreError('too-large', message, { path })
}
