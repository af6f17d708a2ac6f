import type { Flow, Step } from '../flow/flow.ts'
import { countItems } from '../flow/for-each.ts'
import type { Graph } from '../graph/graph.ts'
import type { Json } from '../source/json.ts'
import { render, valueOf, type Lookup } from '../template/render.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import type { StepSummary } from './events.ts'

/** The items of a flow's steps in one run, as far as they are known when it starts; a step without `for_each` is one item. */
export interface Units {
  /** By step; undefined where a list has yet to be made. */
  readonly itemCounts: readonly (number | undefined)[]
  /** In file order; a step whose items are not known stands for them. */
  readonly summaries: readonly StepSummary[]
}

/** Counts and names the items, now that the inputs are known. */
export function unitsOf(flow: Flow, graph: Graph, inputs: ReadonlyMap<string, Json>): Units {
  const lookup: Lookup = (variable) => inputs.get(variable)
  const itemCounts = flow.steps.map((step) => itemCount(step, lookup))
  const summaries: StepSummary[] = []
  for (const [position, step] of flow.steps.entries()) {
    const needs = (graph.needs[position] ?? []).map((need) => flow.steps[need]?.id ?? '')
    const count = itemCounts[position]
    if (count === undefined) summaries.push({ id: step.id, name: step.id, kind: step.kind, needs })
    else for (const item of itemsOf(step, { count, needs, lookup })) summaries.push(item)
  }
  return { itemCounts, summaries }
}

/** The items of a step, named. */
export function* itemsOf(
  step: Step,
  known: { readonly count: number; readonly needs: readonly string[]; readonly lookup: Lookup },
): Generator<StepSummary> {
  const onError = step.forEach?.onItemError ?? 'fail'
  for (let item = 0; item < known.count; item++) {
    const index = step.forEach === undefined ? undefined : item
    yield {
      id: unitId(step, item),
      name: nameOf(step, index, known.lookup),
      kind: step.kind,
      needs: known.needs,
      ...(onError === 'fail' ? {} : { on_error: onError }),
    }
  }
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
  if (items?.kind === 'input' || items?.kind === 'output')
    return listOf(valueOf(items.placeholder, lookup))?.[item] ?? null
  return item
}

/** The list that the items of a step come from; undefined when it is none. Throws `Unrenderable`. */
export function itemList(step: Step, lookup: Lookup): readonly Json[] | undefined {
  const items = step.forEach?.items
  return items?.kind === 'output' ? listOf(valueOf(items.placeholder, lookup)) : undefined
}

function listOf(value: Json): readonly Json[] | undefined {
  return Array.isArray(value) ? (value as readonly Json[]) : undefined
}

function itemCount({ forEach }: Step, lookup: Lookup): number | undefined {
  if (forEach === undefined) return 1
  const { items } = forEach
  if (items.kind !== 'input') return countItems(items)
  const [input] = items.placeholder.alternatives
  const list = input?.kind === 'reference' ? lookup(input.variable) : undefined
  // Of an input that is not given, `plan` has yet to be told.
  return list === undefined ? 0 : (listOf(list)?.length ?? 0)
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
