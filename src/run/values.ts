import type { Step } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import type { Lookup } from '../template/render.ts'
import type { RunError } from './events.ts'
import { itemValue } from './units.ts'

/** What stands in a list in the place of an item that failed. */
export function lostItem({ code, message }: RunError): Json {
  return Object.freeze({ error: Object.freeze({ code, message }) })
}

/**
 * The values of a run's variables: its inputs, and what its steps have given so far. Every value is frozen, so that no
 * step can change what another one sees.
 */
export class Values {
  readonly #values: Map<string, Json>
  /** Step → values of its items, in item order, until they make one list. */
  readonly #lists = new Map<Step, Json[]>()

  constructor(inputs: ReadonlyMap<string, Json>) {
    this.#values = new Map(inputs)
  }

  /** Takes what an item of a step gave; returns the output key that it is given under. */
  give(step: Step, item: number, value: Json): string {
    const isOfItem = step.forEach !== undefined && step.outputKey.includes('{index}')
    const key = isOfItem ? step.outputKey.replaceAll('{index}', String(item)) : step.outputKey
    if (step.forEach === undefined || isOfItem) this.#values.set(key, value)
    else this.#listOf(step)[item] = value
    return key
  }

  /** An item of a step has failed, and does not hurt it. */
  lose(step: Step, item: number, error: RunError): void {
    if (step.forEach?.onItemError === 'keep') this.give(step, item, lostItem(error))
  }

  /** All items of a step have ended: where they share an output key, they become one list, without those that are lost. */
  complete(step: Step): void {
    if (step.forEach === undefined || step.outputKey.includes('{index}')) return
    // A lost item leaves a hole, which `filter` passes over.
    const list = this.#listOf(step).filter(() => true)
    this.#values.set(step.outputKey, Object.freeze(list))
    this.#lists.delete(step)
  }

  /** The value of a variable as a step sees it; `index` is that of its item. */
  lookup(step: Step, index: number | undefined, variable: string): Json | undefined {
    if (step.forEach !== undefined && index !== undefined) {
      if (variable === 'index') return index
      if (variable === step.forEach.as) return itemValue(step, index, (outer) => this.#values.get(outer))
    }
    return this.#values.get(variable)
  }

  /** The value of a variable as it is seen outside of any item. */
  readonly outside: Lookup = (variable) => this.#values.get(variable)

  #listOf(step: Step): Json[] {
    let list = this.#lists.get(step)
    if (list === undefined) this.#lists.set(step, (list = []))
    return list
  }
}
