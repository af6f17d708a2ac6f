import type { Flow, Step } from '../flow/flow.ts'
import { countItems } from '../flow/for-each.ts'
import type { Graph } from '../graph/graph.ts'
import type { Json } from '../source/json.ts'
import { render, type Lookup } from '../template/render.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import type { StepSummary } from './events.ts'

/** The items of a flow's steps in one run, numbered in file order; a step without `for_each` is one item. */
export interface Units {
  readonly itemCounts: readonly number[]
  /** Number of a step's first item. */
  readonly first: readonly number[]
  readonly summaries: readonly StepSummary[]
}

/** Counts and names the items, now that the inputs are known. */
export function unitsOf(flow: Flow, graph: Graph, inputs: ReadonlyMap<string, Json>): Units {
  const lookup: Lookup = (variable) => inputs.get(variable)
  const itemCounts = flow.steps.map((step) => itemCount(step, lookup))
  const first: number[] = []
  const summaries: StepSummary[] = []
  for (const [position, step] of flow.steps.entries()) {
    first.push(summaries.length)
    const needs = (graph.needs[position] ?? []).map((need) => flow.steps[need]?.id ?? '')
    for (let item = 0; item < (itemCounts[position] ?? 0); item++) {
      const index = step.forEach === undefined ? undefined : item
      summaries.push({ id: unitId(step, item), name: nameOf(step, index, lookup), kind: step.kind, needs })
    }
  }
  return { itemCounts, first, summaries }
}

/** The id of an item in events and results: `critic[3]`, or the step's own when it runs once. */
export function unitId(step: Step, item: number): string {
  return step.forEach === undefined ? step.id : `${step.id}[${item}]`
}

/** The value of an item: an entry of the list, or the index where there is only a count. Throws `Unrenderable`. */
export function itemValue(step: Step, item: number, lookup: Lookup): Json {
  const items = step.forEach?.items
  if (items?.kind === 'list') {
    const entry = items.items[item]
    return entry === undefined ? null : evaluate(entry, lookup)
  }
  if (items?.kind === 'input') return inputList(items.placeholder.alternatives, lookup)[item] ?? null
  return item
}

type Alternatives = readonly { readonly kind: string; readonly variable?: string }[]

function inputList([input]: Alternatives, lookup: Lookup): readonly Json[] {
  const list = lookup(input?.variable ?? '')
  return Array.isArray(list) ? (list as readonly Json[]) : []
}

function itemCount({ forEach }: Step, lookup: Lookup): number {
  if (forEach === undefined) return 1
  const { items } = forEach
  return items.kind === 'input'
    ? inputList(items.placeholder.alternatives, lookup).length
    : (countItems(items) ?? 0)
}

function nameOf(step: Step, index: number | undefined, lookup: Lookup): string {
  if (step.name.segments.length === 1 && typeof step.name.segments[0] === 'string') return step.name.text
  try {
    return render(step.name, (variable) => {
      if (variable === 'index') return index
      return variable === step.forEach?.as ? itemValue(step, index ?? 0, lookup) : undefined
    })
  } catch (error) {
    // An item that a step has yet to make has no name to give.
    if (error instanceof Unrenderable) return unitId(step, index ?? 0)
    throw error
  }
}
