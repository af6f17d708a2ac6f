import { visibleLine } from '../../source/visible.ts'
import type { CompiledFlow } from '../compile.ts'
import { criticalPath } from '../order.ts'
import { criticalEdges, edgeLabel } from './edges.ts'
import { personalName } from './label.ts'

/** The graph for Mermaid, which GitHub and many editors draw. Edges that only fix an order are dashed. */
export function drawMermaid({ flow, graph }: CompiledFlow): string {
  const idOf = (node: number): string => `n_${flow.steps[node]?.id ?? ''}` // `end` alone would be a keyword
  const path = criticalPath(graph)
  const lines = ['flowchart TD']
  for (const [node, step] of flow.steps.entries()) {
    const label = escape(personalName(step))
    lines.push(step.kind === 'llm' ? `  ${idOf(node)}["${label}"]` : `  ${idOf(node)}(["${label}"])`)
  }
  for (const edge of graph.edges) {
    const arrow = edge.kind === 'data' ? `-->|"${escape(edgeLabel(edge))}"|` : '-.->'
    lines.push(`  ${idOf(edge.from)} ${arrow} ${idOf(edge.to)}`)
  }
  const thick = criticalEdges(graph, path)
  if (thick.length > 0) lines.push(`  linkStyle ${thick.join(',')} stroke-width:3px`)
  lines.push('  classDef critical stroke-width:3px', `  class ${path.map(idOf).join(',')} critical`)
  return lines.join('\n') + '\n'
}

/** Everything that Mermaid or HTML could read as more than a sign becomes one of Mermaid's entity codes. */
function escape(text: string): string {
  return visibleLine(text).replaceAll(/["#<>&`\\;]/g, (sign) => `#${sign.charCodeAt(0)};`)
}
