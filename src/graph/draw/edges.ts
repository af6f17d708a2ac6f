import type { Edge, Graph } from '../graph.ts'

const MOST_NAMED = 3

/** The variables that flow along an edge, the first few by name. */
export function edgeLabel({ variables }: Edge): string {
  const more = variables.length - MOST_NAMED
  const named = variables.slice(0, MOST_NAMED).join(', ')
  return more > 0 ? `${named} and ${more} more` : named
}

/** The positions of the edges along a path. */
export function criticalEdges({ edges }: Graph, path: readonly number[]): readonly number[] {
  const next = new Map(path.map((node, index) => [node, path[index + 1]]))
  return edges.flatMap(({ from, to }, index) => (next.get(from) === to ? [index] : []))
}
