import type { Flow } from '../flow/flow.ts'
import type { Span } from '../source/span.ts'

/** An edge between two steps. `data`: the later one uses what the earlier one gives. `order`: only written down. */
export interface Edge {
  readonly from: number
  readonly to: number
  readonly kind: 'data' | 'order'
  /** The variables that flow along it; empty for `order`. */
  readonly variables: readonly string[]
  /** Whether the later step is skipped when the earlier one is: it uses a variable that it cannot do without. */
  readonly required: boolean
  /** Whether `connections` has it. */
  readonly written: boolean
  /** Where it comes from: the connection, or the first use of a variable. */
  readonly span: Span
}

/** The steps of a flow as nodes, numbered as in `flow.steps`. */
export interface Graph {
  readonly size: number
  /** In the order of the later step, then of appearance. */
  readonly edges: readonly Edge[]
  /** For each node the nodes it waits for; none twice. */
  readonly needs: readonly (readonly number[])[]
  /** For each node the nodes that wait for it; none twice. */
  readonly dependents: readonly (readonly number[])[]
}

/** Draws the edges: one for each step whose output a step uses, and one for each connection that no data implies. */
export function buildGraph(flow: Flow): Graph {
  const size = flow.steps.length
  const incoming: Map<number, DraftEdge>[] = Array.from({ length: size }, () => new Map())
  for (const [to, step] of flow.steps.entries()) {
    for (const { variable, required, span } of step.uses) {
      const from = flow.producers.get(variable)?.step
      if (from === undefined) continue
      const edge = incoming[to]?.get(from)
      if (edge === undefined)
        incoming[to]?.set(from, {
          kind: 'data',
          variables: new Set([variable]),
          required,
          written: false,
          span,
        })
      else {
        edge.variables.add(variable)
        edge.required ||= required
      }
    }
  }
  for (const { from, to, span } of flow.connections) {
    const edge = incoming[to]?.get(from)
    if (edge === undefined)
      incoming[to]?.set(from, { kind: 'order', variables: new Set(), required: false, written: true, span })
    else edge.written = true
  }
  const edges: Edge[] = []
  const dependents: number[][] = Array.from({ length: size }, () => [])
  for (const [to, froms] of incoming.entries()) {
    for (const [from, { kind, variables, required, written, span }] of froms) {
      edges.push({ from, to, kind, variables: [...variables], required, written, span })
      dependents[from]?.push(to)
    }
  }
  return { size, edges, needs: incoming.map((froms) => [...froms.keys()]), dependents }
}

interface DraftEdge {
  readonly kind: 'data' | 'order'
  readonly variables: Set<string>
  required: boolean
  written: boolean
  readonly span: Span
}
