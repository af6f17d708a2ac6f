import type { Edge, Graph } from './graph.ts'

/**
 * One cycle for each group of nodes that wait for each other: a shortest one through the group's first node. Each is
 * its edges, in order, the last one leading back to the start.
 */
export function findCycles(graph: Graph): readonly (readonly Edge[])[] {
  const component = components(graph)
  const outgoing: Edge[][] = Array.from({ length: graph.size }, () => [])
  for (const edge of graph.edges)
    if (component[edge.from] === component[edge.to]) outgoing[edge.from]?.push(edge)
  const cycles: (readonly Edge[])[] = []
  const done = new Set<number>()
  for (let node = 0; node < graph.size; node++) {
    const group = component[node] ?? node
    if (done.has(group) || outgoing[node]?.length === 0) continue
    const cycle = shortestCycle(node, outgoing)
    if (cycle === undefined) continue
    done.add(group)
    cycles.push(cycle)
  }
  return cycles
}

function shortestCycle(start: number, outgoing: readonly (readonly Edge[])[]): readonly Edge[] | undefined {
  const reachedBy = new Map<number, Edge>()
  const queue = [start]
  for (let next = 0; next < queue.length; next++) {
    for (const edge of outgoing[queue[next] ?? start] ?? []) {
      if (reachedBy.has(edge.to)) continue
      reachedBy.set(edge.to, edge)
      if (edge.to !== start) {
        queue.push(edge.to)
        continue
      }
      const cycle = [edge]
      for (
        let before = reachedBy.get(edge.from);
        before !== undefined && edge.from !== start;
        before = reachedBy.get(before.from)
      ) {
        cycle.push(before)
        if (before.from === start) break
      }
      return cycle.reverse()
    }
  }
  return undefined
}

/** For each node the number of its strongly connected component (Tarjan's algorithm, with a stack of its own). */
function components(graph: Graph): Int32Array {
  const component = new Int32Array(graph.size).fill(-1)
  const index = new Int32Array(graph.size).fill(-1)
  const low = new Int32Array(graph.size)
  const open: number[] = []
  const frames: { readonly node: number; next: number }[] = []
  let counter = 0
  let found = 0
  const enter = (node: number): void => {
    index[node] = low[node] = counter++
    open.push(node)
    frames.push({ node, next: 0 })
  }
  for (let root = 0; root < graph.size; root++) {
    if (index[root] !== -1) continue
    enter(root)
    for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
      const { node } = frame
      const to = graph.dependents[node]?.[frame.next++]
      if (to !== undefined) {
        if (index[to] === -1) enter(to)
        else if (component[to] === -1) low[node] = Math.min(low[node] ?? 0, index[to] ?? 0)
        continue
      }
      frames.pop()
      const parent = frames.at(-1)?.node
      if (parent !== undefined) low[parent] = Math.min(low[parent] ?? 0, low[node] ?? 0)
      if (low[node] !== index[node]) continue
      for (let member = open.pop(); member !== undefined; member = open.pop()) {
        component[member] = found
        if (member === node) break
      }
      found++
    }
  }
  return component
}
