import type { Flow } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { topologicalOrder } from '../graph/order.ts'
import type { EmptyStep, RunStarted } from './events.ts'
import type { Preparation } from './prepare.ts'
import { unitId, type Units } from './units.ts'

/** The first event of a run: what is going to happen. */
export function runStarted(
  compiled: CompiledFlow,
  preparation: Preparation,
  { runId, date }: { readonly runId: string; readonly date: Date },
): RunStarted {
  const { flow } = compiled
  const { inputs, units } = preparation
  return {
    type: 'run-started',
    at: 0,
    run_id: runId,
    flow: flow.name,
    time: date.toISOString(),
    inputs: Object.fromEntries(inputs),
    steps: units.summaries,
    empty_steps: emptySteps(compiled, units),
    outputs: Object.fromEntries(flow.outputs.map((key) => [key, givenBy(key, flow, units)])),
  }
}

function emptySteps({ flow, graph }: CompiledFlow, { itemCounts }: Units): readonly EmptyStep[] {
  if (!itemCounts.includes(0)) return []
  return topologicalOrder(graph).flatMap((position): EmptyStep[] => {
    const step = flow.steps[position]
    if (step === undefined || itemCounts[position] !== 0) return []
    const needs = (graph.needs[position] ?? []).map((need) => flow.steps[need]?.id ?? '')
    return [{ id: step.id, output_key: step.outputKey, needs }]
  })
}

/** The step that gives an output, or for a list those that give its items, as far as they are known. */
function givenBy(key: string, flow: Flow, units: Units): string | readonly string[] {
  const producer = flow.producers.get(key)
  const step = flow.steps[producer?.step ?? 0]
  if (producer === undefined || step === undefined) throw new Error(`nothing gives ${key}`)
  if (step.forEach === undefined) return step.id
  if (producer.item !== undefined) return unitId(step, producer.item)
  const count = units.itemCounts[producer.step]
  return count === undefined ? step.id : Array.from({ length: count }, (_, item) => unitId(step, item))
}
