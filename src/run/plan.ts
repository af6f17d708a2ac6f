import type { Graph } from '../graph/graph.ts'

/** What became of a step when the last of its needs was decided. */
export interface Decision {
  readonly step: number
  /** `ready`: its items may start. `blocked`: a step it needs did not succeed, so it never runs. */
  readonly kind: 'ready' | 'blocked'
}

/**
 * Which steps may start. Knows for each step how many of its needs are undecided and how many of its items have not
 * settled; does not know what steps do, when, or how many at a time. Every step is decided exactly once, when its
 * counter reaches zero, and so the whole run costs time proportional to steps plus edges.
 */
export class Plan {
  readonly #graph: Graph
  readonly #undecidedNeeds: Int32Array
  readonly #unsettledItems: Int32Array
  /** 1 for a step of which an item, or a need of which, did not succeed. */
  readonly #isHurt: Uint8Array
  readonly #isSettled: Uint8Array

  /** `itemCounts`: how many times each step runs; 0 for a step over an empty list, which succeeds at once. */
  constructor(graph: Graph, itemCounts: readonly number[]) {
    this.#graph = graph
    this.#undecidedNeeds = Int32Array.from(graph.needs, (needs) => needs.length)
    this.#unsettledItems = Int32Array.from(itemCounts)
    this.#isHurt = new Uint8Array(graph.size)
    this.#isSettled = new Uint8Array(graph.size)
  }

  /** The steps that need nothing, in file order, and what follows from them at once. Called once. */
  start(): readonly Decision[] {
    const decisions: Decision[] = []
    for (let step = 0; step < this.#graph.size; step++) {
      if (this.#graph.needs[step]?.length === 0 && this.#decide(step, decisions))
        this.#release(step, decisions)
    }
    return decisions
  }

  /** An item of a ready step has ended. Returns what that decides. */
  settleItem(step: number, succeeded: boolean): readonly Decision[] {
    if (!succeeded) this.#isHurt[step] = 1
    const left = (this.#unsettledItems[step] ?? 0) - 1
    this.#unsettledItems[step] = left
    const decisions: Decision[] = []
    if (left === 0) this.#release(step, decisions)
    return decisions
  }

  /** Whether a step has ended well. */
  hasSucceeded(step: number): boolean {
    return this.#isSettled[step] === 1 && this.#isHurt[step] === 0
  }

  /** All needs of a step are decided. Whether it has ended by that. */
  #decide(step: number, decisions: Decision[]): boolean {
    const isBlocked = this.#isHurt[step] === 1
    decisions.push({ step, kind: isBlocked ? 'blocked' : 'ready' })
    return isBlocked || this.#unsettledItems[step] === 0
  }

  /** A step has ended: counts its dependents down. A loop, since chains of blocked steps can be long. */
  #release(first: number, decisions: Decision[]): void {
    const ended = [first]
    for (let step = ended.pop(); step !== undefined; step = ended.pop()) {
      this.#isSettled[step] = 1
      for (const dependent of this.#graph.dependents[step] ?? []) {
        if (this.#isHurt[step] === 1) this.#isHurt[dependent] = 1
        const left = (this.#undecidedNeeds[dependent] ?? 0) - 1
        this.#undecidedNeeds[dependent] = left
        if (left === 0 && this.#decide(dependent, decisions)) ended.push(dependent)
      }
    }
  }
}
