import type { Edge, Graph } from './graph.ts'
import { topologicalOrder } from './order.ts'

/** What a connection that carries no data does to the time of a run. */
export type EdgeWorth =
  /** Other edges put the steps in the same order; `through` are the steps between, on a shortest such way. */
  | { readonly kind: 'implied'; readonly through: readonly number[] }
  /** Steps of the critical path by data alone, and with the connection; `alone`: it needs no other one for that. */
  | { readonly kind: 'lengthening'; readonly from: number; readonly to: number; readonly alone: boolean }
  | { readonly kind: 'free' }

/** Edges looked at, in one flow, to find out which others imply; what is left then counts as not implied. */
const MOST_VISITED = 1_000_000

/**
 * The worth of every order-only edge of a graph without cycles, each step counting one. With D the number of steps on
 * the critical path of data edges alone, and F that of all edges, an edge that is not implied lengthens
 *
 * - alone, when D grows by adding this one edge to the data edges: `depth + height > D`, both by data edges; else
 * - together with others, when F > D, it is on a path of F steps, and its later step comes later than by data alone.
 *
 * Where F > D at least one edge is named: the first step of a longest path that comes later than by data alone is reached by
 * an order-only edge, and no detour.
 *
 * Takes linear time, since depths and heights are shared by all edges and the search for detours is bounded.
 */
export function edgeWorths(graph: Graph): ReadonlyMap<Edge, EdgeWorth> {
  const orderOnly = graph.edges.filter(({ kind }) => kind === 'order')
  if (orderOnly.length === 0) return new Map()
  const order = topologicalOrder(graph)
  const data = measure(graph, order, (edge) => edge.kind === 'data')
  const all = measure(graph, order, () => true)
  const outgoing: number[][] = Array.from({ length: graph.size }, () => [])
  for (const { from, to } of graph.edges) outgoing[from]?.push(to)
  const budget = { left: MOST_VISITED }
  const worthOf = (edge: Edge): EdgeWorth => {
    const { from, to } = edge
    const through = detour(edge, { outgoing, depth: all.depth, budget })
    if (through !== undefined) return { kind: 'implied', through }
    const alone = (data.depth[from] ?? 0) + (data.height[to] ?? 0)
    if (alone > data.length) return { kind: 'lengthening', from: data.length, to: alone, alone: true }
    const isDelayed = (data.depth[to] ?? 0) < (all.depth[to] ?? 0)
    const isCritical = (all.depth[from] ?? 0) + (all.height[to] ?? 0) === all.length
    return all.length > data.length && isCritical && isDelayed
      ? { kind: 'lengthening', from: data.length, to: all.length, alone: false }
      : { kind: 'free' }
  }
  return new Map(orderOnly.map((edge) => [edge, worthOf(edge)]))
}

interface Measures {
  /** For each node the steps on the longest way that ends with it. */
  readonly depth: Int32Array
  /** For each node the steps on the longest way that starts with it. */
  readonly height: Int32Array
  readonly length: number
}

function measure(graph: Graph, order: readonly number[], counts: (edge: Edge) => boolean): Measures {
  const outgoing: number[][] = Array.from({ length: graph.size }, () => [])
  for (const edge of graph.edges) if (counts(edge)) outgoing[edge.from]?.push(edge.to)
  const depth = new Int32Array(graph.size).fill(1)
  const height = new Int32Array(graph.size).fill(1)
  let length = 0
  for (const node of order) {
    for (const next of outgoing[node] ?? []) depth[next] = Math.max(depth[next] ?? 1, (depth[node] ?? 1) + 1)
    length = Math.max(length, depth[node] ?? 1)
  }
  for (const node of order.toReversed()) {
    for (const next of outgoing[node] ?? [])
      height[node] = Math.max(height[node] ?? 1, (height[next] ?? 1) + 1)
  }
  return { depth, height, length }
}

/** The nodes between the ends of an edge on a shortest way that does without it; undefined when there is none. */
function detour(
  { from, to }: Edge,
  {
    outgoing,
    depth,
    budget,
  }: {
    readonly outgoing: readonly (readonly number[])[]
    readonly depth: Int32Array
    readonly budget: { left: number }
  },
): readonly number[] | undefined {
  const limit = depth[to] ?? 0
  const before = new Map<number, number>()
  const queue = [from]
  for (let next = 0; next < queue.length; next++) {
    const node = queue[next] ?? from
    for (const reached of outgoing[node] ?? []) {
      if (budget.left-- <= 0) return undefined
      if (reached === to && node !== from) {
        const way: number[] = []
        for (let at = node; at !== from; at = before.get(at) ?? from) way.push(at)
        return way.reverse()
      }
      // Depths only grow on the way, so what is as deep as the end cannot lead to it.
      if (reached === to || before.has(reached) || (depth[reached] ?? 0) >= limit) continue
      before.set(reached, node)
      queue.push(reached)
    }
  }
  return undefined
}
