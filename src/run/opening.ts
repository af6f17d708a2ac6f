import type { Step } from '../flow/flow.ts'
import { holds } from '../steps/holds.ts'
import type { Lookup } from '../template/render.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import type { RunError } from './events.ts'
import { itemList } from './units.ts'

/** What a step does once all that it needs is there. */
export type Opening =
  | { readonly kind: 'open'; readonly items: number }
  | { readonly kind: 'skipped'; readonly condition: string }
  | { readonly kind: 'failed'; readonly error: RunError }

export interface OpenOptions {
  /** How many items it has; undefined where its list has yet to be looked at. */
  readonly known: number | undefined
  readonly maxItems: number
  readonly lookup: Lookup
}

/** Whether a step runs, and how many times. */
export function openStep(step: Step, { known, maxItems, lookup }: OpenOptions): Opening {
  try {
    if (step.when !== undefined && !holds(step.when, lookup))
      return { kind: 'skipped', condition: step.when.text }
    if (known !== undefined) return { kind: 'open', items: known }
    const list = itemList(step, lookup)
    if (list === undefined)
      return failed('not-a-list', `step "${step.id}" runs for each item of a list, and got none`)
    if (list.length <= maxItems) return { kind: 'open', items: list.length }
    const message = `step "${step.id}" has ${list.length} items, and a step may have ${maxItems}`
    return failed('too-many-items', message, `if that is meant, run with --max-items ${list.length}`)
  } catch (error) {
    if (error instanceof Unrenderable) return failed(error.code, error.message, error.help)
    throw error
  }
}

function failed(code: string, message: string, help?: string): Opening {
  return { kind: 'failed', error: { code, message, ...(help === undefined ? {} : { help }) } }
}
