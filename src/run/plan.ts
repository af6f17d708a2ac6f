import type { Graph } from '../graph/graph.ts'

/** How a step ended, as far as those that need it care. `hurt`: it failed, was blocked or was given up. */
export type Ending = 'succeeded' | 'skipped' | 'hurt'

/** What became of a step when the last of its needs was decided. */
export interface Decision {
  readonly step: number
  /**
   * `open`: it may run. `blocked`: a step that it needs did not succeed, so it never runs. `skipped`: one that it
   * cannot do without was skipped.
   */
  readonly kind: 'open' | 'blocked' | 'skipped'
}

/** What a step has heard of its needs. */
const HURT = 1
const LACKS_REQUIRED = 2
const HAS_SOME = 4
const LACKS_SOME = 8

/**
 * Which steps may start. Knows for each step how many of its needs are undecided and how many of its items have not
 * settled; does not know what steps do, when, or how many at a time. Every step is decided exactly once, when its
 * counter reaches zero, and so the whole run costs time proportional to steps plus edges.
 */
export class Plan {
  readonly #graph: Graph
  readonly #joinsAny: (step: number) => boolean
  /** For each step, beside `graph.dependents`: what each of them hears when it is skipped; 0 along an order-only edge. */
  readonly #whenSkipped: readonly (readonly number[])[]
  readonly #undecidedNeeds: Int32Array
  readonly #unsettledItems: Int32Array
  /** Bits as above. */
  readonly #heard: Uint8Array

  /** `joinsAny`: whether a step is skipped only when all that it uses was skipped. */
  constructor(graph: Graph, joinsAny: (step: number) => boolean) {
    this.#graph = graph
    this.#joinsAny = joinsAny
    const whenSkipped: number[][] = Array.from({ length: graph.size }, () => [])
    // In the order in which `graph.dependents` was made.
    for (const { from, kind, required } of graph.edges) {
      const lack = LACKS_SOME | (required ? LACKS_REQUIRED : 0)
      whenSkipped[from]?.push(kind === 'data' ? lack : 0)
    }
    this.#whenSkipped = whenSkipped
    this.#undecidedNeeds = Int32Array.from(graph.needs, (needs) => needs.length)
    this.#unsettledItems = new Int32Array(graph.size)
    this.#heard = new Uint8Array(graph.size)
  }

  /** The steps that need nothing, in file order. Called once. */
  start(): readonly Decision[] {
    const decisions: Decision[] = []
    for (let step = 0; step < this.#graph.size; step++) {
      if (this.#graph.needs[step]?.length === 0) decisions.push({ step, kind: 'open' })
    }
    return decisions
  }

  /** An open step starts to run, `items` times, at least once. */
  begin(step: number, items: number): void {
    this.#unsettledItems[step] = items
    this.#heard[step] = 0
  }

  /** An item of a step that has begun has ended. The ending of the step, when it was the last one. */
  settleItem(step: number, succeeded: boolean): Ending | undefined {
    if (!succeeded) this.#heard[step] = HURT
    const left = (this.#unsettledItems[step] ?? 0) - 1
    this.#unsettledItems[step] = left
    if (left > 0) return undefined
    return this.#heard[step] === HURT ? 'hurt' : 'succeeded'
  }

  /** A step has ended, or never runs. Returns the steps that this decides. */
  settle(step: number, ending: Ending): readonly Decision[] {
    const decisions: Decision[] = []
    const dependents = this.#graph.dependents[step] ?? []
    for (let position = 0; position < dependents.length; position++) {
      const dependent = dependents[position] ?? 0
      const lack = this.#whenSkipped[step]?.[position] ?? 0
      const news = ending === 'hurt' ? HURT : lack === 0 ? 0 : ending === 'skipped' ? lack : HAS_SOME
      this.#heard[dependent] = (this.#heard[dependent] ?? 0) | news
      const left = (this.#undecidedNeeds[dependent] ?? 0) - 1
      this.#undecidedNeeds[dependent] = left
      if (left === 0) decisions.push({ step: dependent, kind: this.#decide(dependent) })
    }
    return decisions
  }

  #decide(step: number): Decision['kind'] {
    const heard = this.#heard[step] ?? 0
    if ((heard & HURT) !== 0) return 'blocked'
    const lacks = this.#joinsAny(step)
      ? (heard & LACKS_SOME) !== 0 && (heard & HAS_SOME) === 0
      : (heard & LACKS_REQUIRED) !== 0
    return lacks ? 'skipped' : 'open'
  }
}
