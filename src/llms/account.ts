import { RetryBucket } from './retry-bucket.ts'

/** How far apart calls start after the first refusal, and at the most. */
const FIRST_GAP_MS = 100
const WIDEST_GAP_MS = 10_000
/** By how much a success brings calls closer together: twice as many in a time after 23 of them. */
const EASE = 1.03
/** Nobody is held back by what is this little or this many. */
const NO_GAP_MS = 1
const NO_LIMIT = 1000
/** Nothing that was learnt counts any more once so long nothing has started. */
const FORGET_MS = 30_000
/** How soon to ask again whether one of the calls in flight has ended. */
const PLACE_MS = 50

/** What other processes that call the same server with the same key have met with. */
export interface Neighbours {
  /** Cheap enough to be asked at every start. */
  look(): Neighbourhood
  /** Says that this process was told to slow down. */
  tell(slowed: Slowed): void
}

export interface Neighbourhood {
  /** How many others there are, and how many of them go before this one where all take turns. */
  readonly others: number
  readonly before: number
  /** What another one has been told since the last look. */
  readonly news: Slowed | undefined
}

export interface Slowed {
  /** For how long nothing is to start, in milliseconds from now. */
  readonly pauseMs: number
  /** How far apart calls start after that. */
  readonly gapMs: number
}

interface Overload {
  /** When the call started that was refused. */
  readonly startedAt: number
  readonly pauseMs: number
}

/** Where processes learn of each other. */
export interface SharedLimits {
  /** The others that use an account, which is named by whatever tells it from every other one. */
  readonly join: (account: string) => Neighbours
}

/**
 * One server and one key, as many lanes as call it: what it refuses to one of them, it would refuse to all. A refusal
 * holds all of them until the time it names, and from then on lets fewer be in flight and has them start further apart,
 * each time it is repeated half as many; every success brings them closer again. So they find the pace that the server
 * keeps, whether it counts calls in a time or calls at a time. Before the first refusal it costs nothing. Has no clock of
 * its own.
 */
export class Account {
  readonly retries = new RetryBucket()
  readonly #neighbours: Neighbours | undefined
  #pausedUntil = -Infinity
  #gapMs = 0
  #most = Infinity
  #inFlight = 0
  #lastStart = -Infinity
  /** Calls that started before it tell nothing new by being refused. */
  #slowedAt = -Infinity
  #others = 0
  #before = 0

  constructor(neighbours?: Neighbours) {
    this.#neighbours = neighbours
  }

  /** Among how many processes the limits of the account are divided; at least 1. */
  get sharers(): number {
    return this.#others + 1
  }

  /** Milliseconds until the next call may start; 0 for now. */
  delay(now: number): number {
    this.#look(now)
    this.#forget(now)
    // After a pause the processes begin one after the other.
    const pause = this.#pausedUntil + this.#before * this.#gapMs - now
    const gap = this.#lastStart + this.#gapMs * this.sharers - now
    const place = this.#inFlight >= this.#most ? PLACE_MS : 0
    return Math.max(0, this.#isAfterPause(now) ? 0 : pause, gap, place)
  }

  noteStart(now: number): void {
    this.#forget(now)
    this.#inFlight++
    this.#lastStart = now
  }

  /** A call is no longer in flight. */
  noteEnd(): void {
    this.#inFlight--
  }

  /** The call that started then was answered; what started before a refusal says nothing of the pace since. */
  noteSuccess(startedAt: number): void {
    this.retries.noteSuccess()
    if (startedAt < this.#slowedAt) return
    if (this.#gapMs > 0) this.#gapMs = this.#gapMs / EASE < NO_GAP_MS ? 0 : this.#gapMs / EASE
    this.#most += Math.max(1 / this.#most, this.#most * (EASE - 1))
    if (this.#most > NO_LIMIT) this.#most = Infinity
  }

  /**
   * The server has too much to do: it says so to a call that is still counted as in flight. Nothing starts for `pauseMs`,
   * here and in other processes; a pause is never shortened.
   */
  noteOverload(now: number, { startedAt, pauseMs }: Overload): void {
    const isNews = startedAt > this.#slowedAt
    if (isNews) this.#slowDown(now)
    const isLonger = now + pauseMs > this.#pausedUntil
    if (isLonger) this.#pausedUntil = now + pauseMs
    if (!isNews && !isLonger) return
    this.#neighbours?.tell({ pauseMs: Math.max(0, this.#pausedUntil - now), gapMs: this.#gapMs })
  }

  #slowDown(now: number): void {
    this.#slowedAt = now
    // The first one to come back waits as long as its own wait, which is random, and not for a gap that is alike for all.
    this.#lastStart = -Infinity
    this.#gapMs = this.#gapMs === 0 ? FIRST_GAP_MS : Math.min(WIDEST_GAP_MS, this.#gapMs * 2)
    this.#most = Math.max(1, Math.floor(Math.min(this.#most, this.#inFlight) / 2))
  }

  /** Whether this pause has let something through already, so that the turn of this process is over. */
  #isAfterPause(now: number): boolean {
    return now >= this.#pausedUntil && this.#lastStart >= this.#pausedUntil
  }

  #look(now: number): void {
    if (this.#neighbours === undefined) return
    const { others, before, news } = this.#neighbours.look()
    this.#others = others
    this.#before = before
    if (news === undefined) return
    this.#pausedUntil = Math.max(this.#pausedUntil, now + news.pauseMs)
    this.#gapMs = Math.max(this.#gapMs, news.gapMs)
    this.#slowedAt = now
  }

  #forget(now: number): void {
    const last = Math.max(this.#lastStart, this.#pausedUntil, this.#slowedAt)
    if (this.#inFlight > 0 || now - last < FORGET_MS) return
    this.#gapMs = 0
    this.#most = Infinity
  }
}
