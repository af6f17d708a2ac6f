import { bindInputs } from '../flow/bind.ts'
import type { Flow } from '../flow/flow.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import type { Json } from '../source/json.ts'
import { itemOverruns } from './item-overruns.ts'
import type { Preparation } from './prepare.ts'
import type { RunProblem } from './refusal.ts'
import { unitsOf } from './units.ts'

/** What a run of a flow inside a step needs, of which everything but its inputs is ready; or why it cannot start. */
export function prepareInner(
  { flow, graph }: CompiledFlow,
  given: ReadonlyMap<string, Json>,
  { equipment, maxItems }: { readonly equipment: Preparation['equipment']; readonly maxItems: number },
): { readonly preparation: Preparation } | { readonly problem: RunProblem } {
  const { values, problems } = bindInputs(flow, given)
  const [first] = problems
  if (first !== undefined)
    return { problem: { ...first, code: `${first.kind}-input`, message: inWords(first.message, flow) } }
  const units = unitsOf(flow, graph, values)
  const [overrun] = itemOverruns(flow, units, maxItems)
  if (overrun !== undefined) return { problem: overrun }
  const ready = equipment.get(flow)
  if (ready === undefined) throw new Error(`flow ${flow.name} was not prepared`)
  return { preparation: { inputs: values, units, ...ready, equipment } }
}

function inWords(message: string, { name }: Flow): string {
  return `flow "${name}" cannot start: ${message}`
}
