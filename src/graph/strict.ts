import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Flow } from '../flow/flow.ts'
import type { Graph } from './graph.ts'

/** Says of each edge that follows from a variable alone that `connections` lacks it. */
export function demandConnections(flow: Flow, graph: Graph, diagnosis: Diagnosis): void {
  for (const { from, to, variables, span } of unwritten(graph)) {
    const [earlier = '', later = ''] = [flow.steps[from]?.id, flow.steps[to]?.id]
    const used = variables.map((variable) => `{${variable}}`).join(', ')
    diagnosis.error(
      'unwritten-connection',
      span,
      `"${later}" uses ${used} of "${earlier}", and the connections do not say so`,
      { help: `add "${earlier}: ${later}" under "connections:"` },
    )
  }
}

/** The connections that a flow leaves to its variables: step id → the ids of those that use what it gives. */
export function missingConnections(flow: Flow, graph: Graph): ReadonlyMap<string, readonly string[]> {
  const missing = new Map<number, string[]>()
  for (const { from, to } of unwritten(graph)) {
    const later = flow.steps[to]?.id ?? ''
    const known = missing.get(from)
    if (known === undefined) missing.set(from, [later])
    else known.push(later)
  }
  return new Map(
    [...missing].sort(([a], [b]) => a - b).map(([from, later]) => [flow.steps[from]?.id ?? '', later]),
  )
}

function unwritten({ edges }: Graph): Graph['edges'] {
  return edges.filter(({ written }) => !written)
}
