import type { Json } from '../source/json.ts'
import type { Expense } from './budget.ts'
import { OVER_BUDGET } from './within-budget.ts'
import type { RunEvent, RunStarted, StepSummary } from './events.ts'

/** An answer of an earlier session, and whether that one had made it or had it from the cache. */
interface Recalled {
  readonly answer: Json
  readonly source: 'run' | 'cache'
}

/** What the earlier sessions of a run have left, gathered from the records of its journal. */
export class Recollection {
  /** Step → its answers, in the order in which they came. */
  readonly #answers = new Map<string, (Recalled & { readonly key: string })[]>()
  /** Steps whose latest answer was turned down. */
  readonly #turnedDown = new Set<string>()
  /** Steps that run code of the user's: their attempts call nobody. */
  readonly #code = new Set<string>()
  #started: RunStarted | undefined
  #taken = { calls: 0, tokens: 0, cost: 0 }

  /** The first event of the latest session; undefined when none has begun. */
  get started(): RunStarted | undefined {
    return this.#started
  }

  /** What all sessions together have taken. */
  get taken(): Expense & { readonly calls: number } {
    return this.#taken
  }

  /** Takes the next record of the journal. One that says nothing known here is passed over: the checksums have been looked at. */
  add(record: Json): void {
    if (!isObject(record)) return
    const { answer, event } = record
    if (isObject(answer)) this.#addAnswer(answer)
    // What `onEvent` of the memory has written.
    if (isObject(event)) this.#addEvent(event as unknown as RunEvent, '')
  }

  /** The answer to a question that a step has asked before, each once; undefined when there is none left. */
  take({ step, key }: { readonly step: string; readonly key: string }): Recalled | undefined {
    const answers = this.#answers.get(step)
    const place = answers?.findIndex((answer) => answer.key === key) ?? -1
    const [known] = place === -1 ? [] : (answers?.splice(place, 1) ?? [])
    return known === undefined ? undefined : { answer: known.answer, source: known.source }
  }

  #addAnswer({ step, key, value, from }: Readonly<Record<string, Json>>): void {
    if (typeof step !== 'string' || typeof key !== 'string' || value === undefined) return
    const answer = { key, answer: value, source: from === 'cache' ? 'cache' : 'run' } as const
    const answers = this.#answers.get(step)
    if (answers === undefined) this.#answers.set(step, [answer])
    else answers.push(answer)
  }

  #addEvent(event: RunEvent, around: string): void {
    switch (event.type) {
      case 'run-started':
        if (around === '') this.#started = event
        this.#noteKinds(event.steps, around)
        break
      case 'step-expanded':
        this.#noteKinds(event.items, around)
        break
      case 'flow-event':
        this.#addEvent(event.event, `${around}${event.step}/${event.run}/`)
        break
      case 'attempt-started':
        this.#turnedDown.delete(around + event.step)
        break
      case 'attempt-finished': {
        if (event.error !== null && event.finish_reason !== null) this.#turnedDown.add(around + event.step)
        if (event.recalled !== undefined || event.error?.code === OVER_BUDGET) break
        if (this.#code.has(around + event.step)) break
        const { calls, tokens, cost } = this.#taken
        const { input_tokens, output_tokens } = event.usage ?? { input_tokens: 0, output_tokens: 0 }
        this.#taken = {
          calls: calls + 1,
          tokens: tokens + input_tokens + output_tokens,
          cost: cost + (event.cost ?? 0),
        }
        break
      }
      case 'step-failed':
        // The answer that it failed by is asked for anew; those before it stay.
        if (this.#turnedDown.has(around + event.step)) this.#answers.get(around + event.step)?.pop()
        break
      default:
    }
  }

  #noteKinds(steps: readonly StepSummary[], around: string): void {
    for (const { id, kind } of steps)
      if (kind === 'function' || kind === 'command') this.#code.add(around + id)
  }
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
