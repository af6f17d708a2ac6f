import type { Edge, Graph } from '../../src/graph/graph.ts'
import { SourceFile } from '../../src/source/source-file.ts'

const file = new SourceFile('flow.yaml', '')

/** A graph of nodes without steps; `isOrder` tells which edges carry no data. */
export function graphOf(
  size: number,
  pairs: readonly (readonly [from: number, to: number])[],
  isOrder: (pair: number) => boolean = () => false,
): Graph {
  const edges = pairs.map(([from, to], pair): Edge => {
    const [kind, variables] = isOrder(pair) ? (['order', []] as const) : (['data', ['x']] as const)
    return {
      from,
      to,
      kind,
      variables,
      required: false,
      written: kind === 'order',
      span: { file, start: 0, end: 0 },
    }
  })
  const all = Array.from({ length: size }, (_, node) => node)
  return {
    size,
    edges,
    needs: all.map((node) => edges.filter(({ to }) => to === node).map(({ from }) => from)),
    dependents: all.map((node) => edges.filter(({ from }) => from === node).map(({ to }) => to)),
  }
}
