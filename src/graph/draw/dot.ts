import { visibleLine } from '../../source/visible.ts'
import type { CompiledFlow } from '../compile.ts'
import { criticalPath } from '../order.ts'
import { criticalEdges, edgeLabel } from './edges.ts'
import { personalName } from './label.ts'

/** The graph for Graphviz. Edges that only fix an order are dashed, the critical path is thick. */
export function drawDot({ flow, graph }: CompiledFlow): string {
  const path = criticalPath(graph)
  const critical = new Set(path)
  const thick = new Set(criticalEdges(graph, path))
  const idOf = (node: number): string => quoted(flow.steps[node]?.id ?? '')
  const lines = [`digraph ${quoted(flow.name)} {`, '  node [shape=box, fontname="sans-serif"]']
  for (const [node, step] of flow.steps.entries()) {
    const style = [
      step.kind === 'llm' ? [] : ['style=rounded'],
      critical.has(node) ? ['penwidth=2'] : [],
    ].flat()
    lines.push(`  ${idOf(node)} [${[`label=${quoted(personalName(step))}`, ...style].join(', ')}]`)
  }
  for (const [index, edge] of graph.edges.entries()) {
    const style = edge.kind === 'data' ? [`label=${quoted(edgeLabel(edge))}`] : ['style=dashed']
    if (thick.has(index)) style.push('penwidth=2')
    lines.push(`  ${idOf(edge.from)} -> ${idOf(edge.to)} [${style.join(', ')}]`)
  }
  return [...lines, '}', ''].join('\n')
}

/** A string of DOT, in which only the quote and the backslash mean something. */
function quoted(text: string): string {
  return `"${visibleLine(text).replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`
}
