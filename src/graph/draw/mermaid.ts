import { visibleLine } from '../../source/visible.ts'
import type { CompiledFlow } from '../compile.ts'
import { deedOf, shapes } from './deed.ts'
import { criticalEdges, edgeLabel } from './edges.ts'
import { markedPath, outcomeText, type Happened } from './happened.ts'
import { personalName } from './label.ts'
import { statusColours } from './status-colours.ts'

/**
 * The graph for Mermaid, which GitHub and many editors draw. Edges that only fix an order are dashed, the critical path is
 * thick, and with a run the steps have its colours and times.
 */
export function drawMermaid({ flow, graph }: CompiledFlow, happened: Happened | undefined): string {
  const idOf = (node: number): string => `n_${flow.steps[node]?.id ?? ''}` // `end` alone would be a keyword
  const path = markedPath(graph, happened)
  const lines = ['flowchart TD']
  const byStatus = new Map<keyof typeof statusColours, string[]>()
  for (const [node, step] of flow.steps.entries()) {
    const outcome = happened?.steps[node]
    const inner = step.kind === 'flow' ? escape(deedOf(step)) : ''
    const below = [inner, outcome === undefined ? '' : outcomeText(outcome)].filter((text) => text !== '')
    const label = [escape(personalName(step)), ...below].join('<br/>')
    const [open, close] = shapes[step.kind].mermaid
    lines.push(`  ${idOf(node)}${open}"${label}"${close}`)
    if (outcome === undefined) continue
    const same = byStatus.get(outcome.status)
    if (same === undefined) byStatus.set(outcome.status, [idOf(node)])
    else same.push(idOf(node))
  }
  for (const edge of graph.edges) {
    const arrow = edge.kind === 'data' ? `-->|"${escape(edgeLabel(edge))}"|` : '-.->'
    lines.push(`  ${idOf(edge.from)} ${arrow} ${idOf(edge.to)}`)
  }
  const thick = criticalEdges(graph, path)
  if (thick.length > 0) lines.push(`  linkStyle ${thick.join(',')} stroke-width:3px`)
  for (const [status, ids] of byStatus) {
    const { fill, line, text } = statusColours[status]
    lines.push(
      `  classDef ${status} fill:${fill},stroke:${line},color:${text}`,
      `  class ${ids.join(',')} ${status}`,
    )
  }
  if (path.length > 0)
    lines.push('  classDef critical stroke-width:3px', `  class ${path.map(idOf).join(',')} critical`)
  return lines.join('\n') + '\n'
}

/** Everything that Mermaid or HTML could read as more than a sign becomes one of Mermaid's entity codes. */
function escape(text: string): string {
  return visibleLine(text).replaceAll(/["#<>&`\\;]/g, (sign) => `#${sign.charCodeAt(0)};`)
}
