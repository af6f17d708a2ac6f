import type { Graph } from './graph.ts'

/**
 * The nodes so that each comes after all it needs: those that need nothing in file order, then each as the last of its
 * needs lets it. Nodes on a cycle, and those behind one, are missing.
 */
export function topologicalOrder(graph: Graph): readonly number[] {
  const waiting = graph.needs.map((needs) => needs.length)
  const order: number[] = []
  for (let node = 0; node < graph.size; node++) if (waiting[node] === 0) order.push(node)
  for (let next = 0; next < order.length; next++) {
    for (const dependent of graph.dependents[order[next] ?? 0] ?? []) {
      const left = (waiting[dependent] ?? 0) - 1
      waiting[dependent] = left
      if (left === 0) order.push(dependent)
    }
  }
  return order
}

/** For each node the number of nodes on the longest way from it to an end, itself included. */
export function heights(graph: Graph): Int32Array {
  const height = new Int32Array(graph.size).fill(1)
  for (const node of topologicalOrder(graph).toReversed()) {
    for (const dependent of graph.dependents[node] ?? []) {
      height[node] = Math.max(height[node] ?? 1, 1 + (height[dependent] ?? 1))
    }
  }
  return height
}

/** A longest way through the graph, every node counting the same; of several the first in file order. */
export function criticalPath(graph: Graph): readonly number[] {
  const height = heights(graph)
  const highest = (nodes: Iterable<number>): number | undefined => {
    let best: number | undefined
    for (const node of nodes) if (best === undefined || (height[node] ?? 0) > (height[best] ?? 0)) best = node
    return best
  }
  const path: number[] = []
  for (let node = highest(height.keys()); node !== undefined; node = highest(graph.dependents[node] ?? []))
    path.push(node)
  return path
}
