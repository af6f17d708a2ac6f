import { createHash, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { Neighbourhood, Neighbours, SharedLimits, Slowed } from '../llms/account.ts'
import { openFolder, type Home } from './home.ts'
import { readSlowed, type SlowedAt, slowedText } from './slowed-file.ts'
import { StoreError } from './store-error.ts'
import { readWhole, removeQuietly, writeAll } from './whole-file.ts'

/** The folder is not looked at more often than this. */
const LOOK_MS = 200
/** A process that still starts calls says so this often; one that has not for so long is not counted. */
const SIGN_MS = 10_000
const GONE_MS = 30_000
/** What killed processes leave behind is removed after this. */
const LITTER_MS = 600_000
/** File systems tell the time of a change this coarsely. */
const GRAIN_MS = 50
/** A pause that is longer by no more than this is the same one. */
const SAME_MS = 20
const MAX_BYTES = 1000
const MOST_NEIGHBOURS = 256
const ownName = /^\d{1,10}-[0-9a-f]{8}\.json$/

interface Other {
  readonly name: string
  readonly seenMs: number
  readonly slowed: SlowedAt | undefined
}

const alone: Neighbourhood = { others: 0, before: 0, news: undefined }

/** What a process has to take back when it ends. */
export interface OpenSharedLimits extends SharedLimits {
  /** The others no longer count on this process. Never throws. */
  close(): void
}

/**
 * Lets processes with the same `.llmflows` folder know of each other where they call one server with one key. Each has a
 * file of its own in a folder of the account, so that none writes over what another one says; names hold a hash and never a
 * key. Whatever cannot be read or written makes a process alone, and nothing worse: limits are a courtesy, and the server
 * has the last word.
 */
export function openSharedLimits(home: Home, now: () => number = () => Date.now()): OpenSharedLimits {
  const places: Place[] = []
  return {
    join(account) {
      const hash = createHash('sha256').update(account).digest('hex').slice(0, 16)
      try {
        const place = new Place(home, openFolder(home, 'limits', hash), now)
        places.push(place)
        return place
      } catch (error) {
        if (!(error instanceof StoreError)) throw error
        return { look: () => alone, tell: () => {} }
      }
    },
    close() {
      for (const place of places) place.leave()
    },
  }
}

/** The place of this process among those that use an account. Knows what the others said when it last looked. */
class Place implements Neighbours {
  readonly #home: Home
  readonly #folder: string
  readonly #now: () => number
  readonly #name: string
  #others: readonly Other[] = []
  #hood = alone
  #lookedAt = -Infinity
  /** When the folder was changed that was last listed. */
  #changedMs = -Infinity
  #wroteAt = -Infinity
  #said: SlowedAt | undefined
  /** Of what each of them said, when it said the latest that is known. */
  readonly #heard = new Map<string, number>()
  #hasLeft = false

  constructor(home: Home, folder: string, now: () => number) {
    this.#home = home
    this.#folder = folder
    this.#now = now
    this.#name = `${home.processes.self.pid}-${randomBytes(4).toString('hex')}.json`
    this.#write(now())
  }

  look(): Neighbourhood {
    const now = this.#now()
    if (now - this.#lookedAt < LOOK_MS && now >= this.#lookedAt) return { ...this.#hood, news: undefined }
    this.#lookedAt = now
    if (now - this.#wroteAt > SIGN_MS) this.#write(now)
    try {
      this.#list(now)
    } catch {
      this.#others = []
    }
    const live = this.#others.filter(({ seenMs }) => now - seenMs < GONE_MS)
    const before = live.filter(({ name }) => name < this.#name).length
    this.#hood = { others: live.length, before, news: undefined }
    return { ...this.#hood, news: this.#news(now) }
  }

  tell({ pauseMs, gapMs }: Slowed): void {
    const now = this.#now()
    const untilMs = now + pauseMs
    const said = this.#said
    // A burst that is refused says the same many times.
    if (said !== undefined && said.gapMs === gapMs && untilMs - said.untilMs < SAME_MS) return
    // Whoever has heard the last one is to know that this is another.
    this.#said = { atMs: Math.max(now, (said?.atMs ?? 0) + 1), untilMs, gapMs }
    this.#write(now)
  }

  leave(): void {
    this.#hasLeft = true
    removeQuietly(this.#home.fs, join(this.#folder, this.#name))
  }

  #list(now: number): void {
    const { fs } = this.#home
    const changedMs = fs.factsAt(this.#folder)?.modifiedMs ?? -Infinity
    // One that changes just now may change again within the same tick.
    if (changedMs === this.#changedMs && now - changedMs > GRAIN_MS) return
    this.#changedMs = now - changedMs > GRAIN_MS ? changedMs : -Infinity
    const names = fs.list(this.#folder).filter((name) => ownName.test(name) && name !== this.#name)
    this.#others = names.slice(0, MOST_NEIGHBOURS).flatMap((name) => this.#read(name, now) ?? [])
  }

  #read(name: string, now: number): Other | undefined {
    const { fs } = this.#home
    const path = join(this.#folder, name)
    try {
      const facts = fs.factsAt(path)
      if (facts?.kind !== 'file') return undefined
      const seenMs = facts.modifiedMs
      if (now - seenMs > LITTER_MS) removeQuietly(fs, path)
      // A clock that was set back is no reason to count somebody for ever.
      if (Math.abs(now - seenMs) > GONE_MS) return undefined
      const bytes = readWhole(fs, path, MAX_BYTES)
      return { name, seenMs, slowed: bytes === undefined ? undefined : readSlowed(bytes.toString('utf8')) }
    } catch {
      // It has ended between the list and the look.
      return undefined
    }
  }

  /** What others have been told since the last look, all in one. */
  #news(now: number): Slowed | undefined {
    const fresh = this.#others.flatMap(({ name, slowed }) => {
      if (slowed === undefined || slowed.atMs === this.#heard.get(name)) return []
      this.#heard.set(name, slowed.atMs)
      return Math.abs(now - slowed.atMs) < GONE_MS ? [slowed] : []
    })
    if (fresh.length === 0) return undefined
    const pauseMs = Math.max(0, ...fresh.map(({ untilMs }) => untilMs - now))
    return { pauseMs, gapMs: Math.max(...fresh.map(({ gapMs }) => gapMs)) }
  }

  /** Whole or not at all. Not brought to the disk: after a power failure nobody is left to read it. */
  #write(now: number): void {
    if (this.#hasLeft) return
    const { fs } = this.#home
    this.#wroteAt = now
    const temporary = join(this.#folder, `.${randomBytes(8).toString('hex')}.tmp`)
    try {
      const file = fs.open(temporary, 'new')
      try {
        writeAll(fs, file, Buffer.from(slowedText(this.#said)))
      } finally {
        fs.close(file)
      }
      fs.rename(temporary, join(this.#folder, this.#name))
    } catch {
      removeQuietly(fs, temporary)
    }
  }
}
