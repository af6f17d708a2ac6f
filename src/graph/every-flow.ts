import type { Flow } from '../flow/flow.ts'
import type { CompiledFlow } from './compile.ts'
import { withFlows } from './flows-in.ts'

/** A flow and all flows inside it, each once, whatever runs it how often. The flow itself comes first. */
export function everyFlow(compiled: CompiledFlow): readonly Flow[] {
  const flows = new Set<Flow>()
  const open = [compiled]
  for (const { flow, inner } of open) {
    if (flows.has(flow)) continue
    flows.add(flow)
    open.push(...inner.values())
  }
  return [...flows]
}

/** The same flow with another one in the place of it and of each flow inside it; the steps and their edges must stay. */
export function changeEveryFlow(compiled: CompiledFlow, change: (flow: Flow) => Flow): CompiledFlow {
  const changed = new Map<Flow, CompiledFlow>()
  const changeOne = ({ flow, graph, inner }: CompiledFlow): CompiledFlow => {
    const known = changed.get(flow)
    if (known !== undefined) return known
    const inside = new Map(
      [...inner.values()].map((one) => {
        const other = changeOne(one)
        return [other.flow, other] as const
      }),
    )
    const outer = change(flow)
    const steps = outer.steps.map((step) => withFlows(step, (one) => changed.get(one)?.flow ?? one))
    const made: CompiledFlow = { flow: { ...outer, steps }, graph, inner: inside }
    changed.set(flow, made)
    return made
  }
  return changeOne(compiled)
}
