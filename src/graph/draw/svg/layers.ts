import type { Graph } from '../../graph.ts'
import { depths } from '../stages.ts'

/**
 * A graph cut into layers so that every line leads from one layer to the next. Vertices below `size` are the nodes; those
 * from `size` on are waypoints, through which a longer edge passes the layers between its ends.
 */
export interface Layers {
  readonly size: number
  /** The vertices of each layer; their order is that from left to right. */
  readonly layers: number[][]
  /** For each vertex those it is joined to in the layer above, and below. */
  readonly above: readonly (readonly number[])[]
  readonly below: readonly (readonly number[])[]
  /** For each edge the vertices along it, both ends included. */
  readonly routes: readonly (readonly number[])[]
}

/** Waypoints, and layers passed, for each node and edge on average; where there are more, long edges are drawn straight. */
const waypointsEach = 6
const passedEach = 60

/** Longest-path layers. Long edges of one kind from one node share their waypoints: a trunk with branches. */
export function cutIntoLayers(graph: Graph): Layers {
  const { size } = graph
  const layerOf: number[] = [...closeToDependents(graph)]
  const above: number[][] = Array.from({ length: size }, () => [])
  const below: number[][] = Array.from({ length: size }, () => [])
  const join = (upper: number, lower: number): void => {
    below[upper]?.push(lower)
    above[lower]?.push(upper)
  }
  const trunks = new Map<string, number[]>()
  let left = waypointsEach * (size + graph.edges.length)
  let toPass = passedEach * (size + graph.edges.length)
  const routes = graph.edges.map(({ from, to, kind }) => {
    const start = layerOf[from] ?? 0
    const between = (layerOf[to] ?? 0) - start - 1
    const key = `${from} ${kind}`
    const trunk = trunks.get(key) ?? []
    if (between - trunk.length > left || between > toPass) return [from, to]
    toPass -= between
    trunks.set(key, trunk)
    while (trunk.length < between) {
      const waypoint = layerOf.length
      layerOf.push(start + 1 + trunk.length)
      above.push([])
      below.push([])
      join(trunk.at(-1) ?? from, waypoint)
      trunk.push(waypoint)
      left--
    }
    const passed = trunk.slice(0, between)
    join(passed.at(-1) ?? from, to)
    return [from, ...passed, to]
  })
  const layers: number[][] = []
  for (const [vertex, layer] of layerOf.entries()) (layers[layer] ??= []).push(vertex)
  return { size, layers, above, below, routes }
}

/** Depths, but a node that needs nothing stands right above the first that needs it. */
function closeToDependents(graph: Graph): Int32Array {
  const depth = depths(graph)
  for (const [node, dependents] of graph.dependents.entries()) {
    if (graph.needs[node]?.length !== 0 || dependents.length === 0) continue
    depth[node] = dependents.reduce((least, one) => Math.min(least, depth[one] ?? 0), Infinity) - 1
  }
  return depth
}
