import { visibleLine } from '../../source/visible.ts'
import type { CompiledFlow } from '../compile.ts'
import { deedOf, shapes } from './deed.ts'
import { criticalEdges, edgeLabel } from './edges.ts'
import { markedPath, outcomeText, type Happened } from './happened.ts'
import { personalName } from './label.ts'
import { statusColours } from './status-colours.ts'

/**
 * The graph for Graphviz. Edges that only fix an order are dashed, the critical path is thick, and with a run the steps
 * have its colours and times.
 */
export function drawDot({ flow, graph }: CompiledFlow, happened: Happened | undefined): string {
  const path = markedPath(graph, happened)
  const critical = new Set(path)
  const thick = new Set(criticalEdges(graph, path))
  const idOf = (node: number): string => quoted(flow.steps[node]?.id ?? '')
  const lines = [`digraph ${quoted(flow.name)} {`, '  node [shape=box, fontname="sans-serif"]']
  for (const [node, step] of flow.steps.entries()) {
    const outcome = happened?.steps[node]
    const { dot, isRounded } = shapes[step.kind]
    const styles = [isRounded ? ['rounded'] : [], outcome === undefined ? [] : ['filled']].flat()
    const inner = step.kind === 'flow' ? quoted(deedOf(step)).slice(1, -1) : ''
    const below = [inner, outcome === undefined ? '' : outcomeText(outcome)].filter((text) => text !== '')
    const attributes = [`label=${labelOf(personalName(step), below.join('\\n'))}`, ...dot]
    if (styles.length > 0)
      attributes.push(`style=${styles.length === 1 ? (styles[0] ?? '') : quoted(styles.join())}`)
    if (outcome !== undefined) {
      const { fill, line, text } = statusColours[outcome.status]
      attributes.push(`fillcolor="${fill}", color="${line}", fontcolor="${text}"`)
    }
    if (critical.has(node)) attributes.push('penwidth=2')
    lines.push(`  ${idOf(node)} [${attributes.join(', ')}]`)
  }
  for (const [index, edge] of graph.edges.entries()) {
    const style = edge.kind === 'data' ? [`label=${quoted(edgeLabel(edge))}`] : ['style=dashed']
    if (thick.has(index)) style.push('penwidth=2')
    lines.push(`  ${idOf(edge.from)} -> ${idOf(edge.to)} [${style.join(', ')}]`)
  }
  return [...lines, '}', ''].join('\n')
}

/** `\n` between two quoted parts is Graphviz's line break. */
function labelOf(name: string, below: string): string {
  return below === '' ? quoted(name) : `${quoted(name).slice(0, -1)}\\n${below}"`
}

/** A string of DOT, in which only the quote and the backslash mean something. */
function quoted(text: string): string {
  return `"${visibleLine(text).replaceAll(/["\\]/g, (sign) => `\\${sign}`)}"`
}
