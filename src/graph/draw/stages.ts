import type { Graph } from '../graph.ts'
import { topologicalOrder } from '../order.ts'

/** For each node the number of nodes in front of it on the longest way that leads to it. */
export function depths(graph: Graph): Int32Array {
  const depth = new Int32Array(graph.size)
  for (const node of topologicalOrder(graph)) {
    for (const need of graph.needs[node] ?? [])
      depth[node] = Math.max(depth[node] ?? 0, 1 + (depth[need] ?? 0))
  }
  return depth
}

/** The nodes by depth, those of one depth in file order. */
export function stagesOf(graph: Graph): readonly (readonly number[])[] {
  const stages: number[][] = []
  for (const [node, depth] of depths(graph).entries()) (stages[depth] ??= []).push(node)
  return stages
}
