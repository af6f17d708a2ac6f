import { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { type Flow, PREVIOUS, type Step } from '../flow/flow.ts'
import { checkConversationOrder } from './conversation-order.ts'
import { findCycles } from './cycles.ts'
import { auditEdges } from './edge-audit.ts'
import { buildGraph, type Graph } from './graph.ts'
import { demandConnections } from './strict.ts'

export interface CheckedGraph {
  /** Undefined when there is an error. */
  readonly graph?: Graph
  readonly diagnostics: readonly Diagnostic[]
}

/** The graph of a flow, with what is wrong or odd about its edges. `isStrict`: all of them must be written. */
export function checkGraph(flow: Flow, isStrict = false): CheckedGraph {
  const graph = buildGraph(flow)
  const diagnosis = new Diagnosis()
  const idOf = (node: number): string => flow.steps[node]?.id ?? ''
  for (const cycle of findCycles(graph)) {
    const [first] = cycle
    if (first === undefined) continue
    const ids = cycle.map((edge) => idOf(edge.from))
    const message =
      ids.length === 1
        ? `step "${ids[0]}" waits for itself`
        : `steps wait for each other in a circle: ${[...ids, ids[0]].map((id) => `"${id}"`).join(' → ')}`
    const related = cycle.map(({ from, to, kind, variables, span }) => ({
      message:
        kind === 'data'
          ? `"${idOf(to)}" uses ${variables.map((variable) => `{${variable}}`).join(', ')} of "${idOf(from)}" here`
          : `"${idOf(to)}" is put after "${idOf(from)}" here`,
      span,
    }))
    diagnosis.error('cycle', first.span, message, {
      related: related.slice(1, 20),
      help:
        ids.length === 1
          ? isRepeated(flow.steps[first.from])
            ? `a step cannot use its own output; what the round before gave is ${PREVIOUS}.key`
            : 'a step cannot use its own output; remove the placeholder or the connection'
          : 'remove one of these placeholders or connections',
    })
  }
  if (diagnosis.hasErrors) return { diagnostics: diagnosis.diagnostics }
  checkConversationOrder(flow, graph, diagnosis)
  auditEdges(flow, graph, diagnosis)
  if (isStrict) demandConnections(flow, graph, diagnosis)
  return diagnosis.hasErrors
    ? { diagnostics: diagnosis.diagnostics }
    : { graph, diagnostics: diagnosis.diagnostics }
}

function isRepeated(step: Step | undefined): boolean {
  return step?.kind === 'flow' && step.repeat !== undefined
}
