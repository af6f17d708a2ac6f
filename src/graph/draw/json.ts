import type { Step } from '../../flow/flow.ts'
import { jsonText } from '../../source/json-text.ts'
import type { CompiledFlow } from '../compile.ts'
import { criticalPath } from '../order.ts'

/** The graph as JSON, for programs. Steps and edges are in the order of the file. */
export function drawJson({ flow, graph }: CompiledFlow): string {
  const idOf = (node: number): string => flow.steps[node]?.id ?? ''
  const path = criticalPath(graph)
  const critical = new Set(path)
  const drawing = {
    flow: flow.name,
    steps: flow.steps.map((step, node) => ({
      id: step.id,
      name: step.name.text,
      kind: step.kind,
      llm: step.kind === 'llm' ? step.llm.name : null,
      output_key: step.outputKey,
      items: itemsOf(step),
      critical: critical.has(node),
    })),
    edges: graph.edges.map(({ from, to, kind, variables, written }) => ({
      from: idOf(from),
      to: idOf(to),
      kind,
      variables,
      written,
    })),
    critical_path: path.map(idOf),
  }
  return jsonText(drawing, { compact: false }) + '\n'
}

/** How many items there are; null without `for_each`, the name of the input when that decides. */
function itemsOf({ forEach }: Step): number | string | null {
  const items = forEach?.items
  if (items === undefined) return null
  if (items.kind === 'count') return items.count
  if (items.kind === 'list') return items.items.length
  const [reference] = items.placeholder.alternatives
  return reference?.kind === 'reference' ? reference.variable : null
}
