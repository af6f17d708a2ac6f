import { MOST_STEPS } from '../graph/inner-steps.ts'
import type { Json } from '../source/json.ts'
import { extentOf, MAX_SIZE } from '../template/extent.ts'
import type { Budget } from './budget.ts'
import { Slots } from './slots.ts'

/** All values together that are made without a model: as many as one step may use, and a result can be written with. */
const MOST_MADE = 8 * MAX_SIZE

/** Runs inside that begin before timers and signals get their turn. */
const TURNS = 16

interface AllowanceLimits {
  readonly maxConcurrency: number
  readonly maxCalls: number
  readonly budget: Budget | undefined
}

/** How much there may be of everything in a run and the runs inside it together. Knows how much there has been. */
export class Allowance {
  /** How many steps may run at a time. */
  readonly slots: Slots
  /** The same as a number, for what takes no slot. */
  readonly concurrency: number
  /** Undefined where neither tokens nor dollars are limited. */
  readonly budget: Budget | undefined
  readonly #maxCalls: number
  #calls = 0
  #innerSteps = 0
  #turns = 0
  /** Characters of what was made without a model; a part that is used twice counts twice. */
  #made = 0

  constructor({ maxConcurrency, maxCalls, budget }: AllowanceLimits) {
    this.slots = new Slots(maxConcurrency)
    this.concurrency = maxConcurrency
    this.#maxCalls = maxCalls
    this.budget = budget
  }

  /** Whether there may be one more model call; counts it. */
  readonly takeCall = (): boolean => this.#calls++ < this.#maxCalls

  /** Whether what has begun lately is so much that everything else should get its turn; counts one more. */
  takeTurn(): boolean {
    return ++this.#turns % TURNS === 0
  }

  /** Whether there may be so many more steps in runs inside; counts them. */
  takeInnerSteps(count: number): boolean {
    this.#innerSteps += count
    return this.#innerSteps <= MOST_STEPS
  }

  /** Whether there is room for one more value that was made without a model; counts it. */
  takeRoom(value: Json): boolean {
    this.#made += extentOf(value).size
    return this.#made <= MOST_MADE
  }
}
