import type { Json } from '../source/json.ts'
import type { Cache } from '../store/cache.ts'
import type { Journal } from '../store/journal.ts'
import type { StoreError } from '../store/store-error.ts'
import type { EventListener, RunEvent } from './events.ts'
import type { Recollection } from './recollection.ts'

/** Something that a step asks of the world outside: of a model, a function, a program. */
export interface Question {
  /** The step that asks, with those around it: `agent/2/think`. */
  readonly step: string
  /** All that the answer depends on, as `contentKey` of the store. */
  readonly key: string
  /** Whether equal questions have equal answers, whoever asks. */
  readonly isShared: boolean
}

/** An answer and where it comes from: it was made now, in an earlier session of this run, or for an equal question. */
export interface Answered {
  readonly answer: Json
  readonly source: 'made' | 'run' | 'cache'
}

/** An answer that nobody has used yet. */
interface Unjudged {
  readonly key: string
  readonly answer: Json
  readonly made: Promise<Json>
}

interface MemoryOptions {
  /** What earlier sessions of the run have left. */
  readonly recollection: Recollection | undefined
  readonly journal: Journal | undefined
  readonly cache: Cache | undefined
  /** Told when something cannot be kept or read; the run goes on without it. */
  readonly onWarning: (error: StoreError) => void
}

/**
 * What a run knows already, so that nothing is asked twice: answers of its earlier sessions, of the cache, and those that
 * are on their way. An answer is on the disk before whoever asked goes on. Does not know what questions mean.
 */
export class Memory implements EventListener {
  readonly #options: MemoryOptions
  /** Shared questions that are being answered or kept, by key. */
  readonly #underWay = new Map<string, Promise<Json>>()
  /** By the step that has asked: what it turns down answers nobody else. */
  readonly #unjudged = new Map<string, Unjudged>()
  readonly #puts = new Set<Promise<unknown>>()
  readonly #warned = new Set<string>()

  constructor(options: MemoryOptions) {
    this.#options = options
  }

  /** What earlier sessions of the run have taken. */
  get taken(): Recollection['taken'] {
    return this.#options.recollection?.taken ?? { calls: 0, tokens: 0, cost: 0 }
  }

  /**
   * The answer to a question; `make` gives it when nobody has given it yet. Rejects as `make` does, and then nothing is
   * kept; and with the signal's reason.
   */
  async answer(
    question: Question,
    { make, signal }: { readonly make: () => Promise<Json>; readonly signal: AbortSignal },
  ): Promise<Answered> {
    const { recollection, cache } = this.#options
    const recalled = recollection?.take(question)
    if (recalled !== undefined) return recalled
    const { key, isShared } = question
    if (!isShared) return { answer: await this.#keep(question, await make(), 'made'), source: 'made' }
    for (let other = this.#underWay.get(key); other !== undefined; other = this.#underWay.get(key)) {
      const answer = await settledBefore(other, signal)
      // Who asked in vain may be the only one: this one asks for itself.
      if (answer !== undefined)
        return { answer: await this.#keep(question, answer, 'cache'), source: 'cache' }
    }
    const found = cache?.get(key)
    if (found?.isHit === true)
      return { answer: await this.#keep(question, found.value, 'cache'), source: 'cache' }
    if (found?.warning !== undefined) this.#warn(found.warning)
    return { answer: await this.#makeShared(question, make), source: 'made' }
  }

  /** What happens is recorded as it happens; what the APIs returned stands in the answers already. */
  onEvent(event: RunEvent): void {
    this.#judge(event, '')
    const { journal } = this.#options
    if (journal === undefined) return
    journal.append({ event: withoutRaw(event) }).catch((error: unknown) => this.#failed(error))
  }

  /** Resolves when all that is to be kept has been. */
  async settle(): Promise<void> {
    await Promise.all(this.#puts)
  }

  async #makeShared(question: Question, make: () => Promise<Json>): Promise<Json> {
    const { key, step } = question
    const made = make()
    this.#underWay.set(key, made)
    try {
      const answer = await this.#keep(question, await made, 'made')
      this.#unjudged.set(step, { key, answer, made })
      return answer
    } catch (error) {
      this.#forget(key, made)
      throw error
    }
  }

  /** An attempt that has ended well has used its answer, which goes to the cache; one that has not has turned it down. */
  #judge(event: RunEvent, around: string): void {
    if (event.type === 'flow-event') this.#judge(event.event, `${around}${event.step}/${event.run}/`)
    if (event.type !== 'attempt-finished') return
    const step = around + event.step
    const unjudged = this.#unjudged.get(step)
    if (unjudged === undefined) return
    this.#unjudged.delete(step)
    const { key, answer, made } = unjudged
    if (event.error !== null) {
      this.#forget(key, made)
      return
    }
    const put = this.#put(key, answer).finally(() => this.#forget(key, made))
    this.#puts.add(put)
    void put.then(() => this.#puts.delete(put))
  }

  #forget(key: string, made: Promise<Json>): void {
    if (this.#underWay.get(key) === made) this.#underWay.delete(key)
  }

  async #put(key: string, answer: Json): Promise<void> {
    const warning = await this.#options.cache?.put(key, answer)
    if (warning !== undefined) this.#warn(warning)
  }

  /** Resolves with the answer once it is on the disk, or cannot be brought there. */
  async #keep({ step, key }: Question, answer: Json, source: Answered['source']): Promise<Json> {
    const { journal } = this.#options
    const kept = { step, key, value: answer, ...(source === 'cache' ? { from: source } : {}) }
    try {
      await journal?.append({ answer: kept }, { durable: true })
    } catch (error) {
      this.#failed(error)
    }
    return answer
  }

  #failed(error: unknown): void {
    const { failure } = this.#options.journal ?? {}
    if (failure === undefined) throw error
    this.#warn(failure)
  }

  /** The same trouble is told once. */
  #warn(error: StoreError): void {
    const what = error.code === 'damaged' ? error.message : error.code
    if (this.#warned.has(what)) return
    this.#warned.add(what)
    this.#options.onWarning(error)
  }
}

function withoutRaw(event: RunEvent): RunEvent {
  if (event.type === 'flow-event') return { ...event, event: withoutRaw(event.event) }
  if (event.type !== 'attempt-finished') return event
  const { raw, ...rest } = event
  return raw === undefined ? event : rest
}

/** What a promise resolves with; undefined when it rejects. Rejects with the signal's reason. */
function settledBefore(promise: Promise<Json>, signal: AbortSignal): Promise<Json | undefined> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    const end = (answer: Json | undefined): void => {
      signal.removeEventListener('abort', stop)
      resolve(answer)
    }
    promise.then(end, () => end(undefined))
  })
}
