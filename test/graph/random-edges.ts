import type { Edge, Graph } from '../../src/graph/graph.ts'
import { SourceFile } from '../../src/source/source-file.ts'

const file = new SourceFile('flow.yaml', '')

/** A graph of nodes without steps. */
export function graphOf(size: number, pairs: readonly (readonly [from: number, to: number])[]): Graph {
  const edges = pairs.map(([from, to]): Edge => {
    return { from, to, kind: 'data', variables: ['x'], written: false, span: { file, start: 0, end: 0 } }
  })
  const all = Array.from({ length: size }, (_, node) => node)
  return {
    size,
    edges,
    needs: all.map((node) => edges.filter(({ to }) => to === node).map(({ from }) => from)),
    dependents: all.map((node) => edges.filter(({ from }) => from === node).map(({ to }) => to)),
  }
}
