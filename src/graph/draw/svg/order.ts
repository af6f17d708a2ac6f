import type { Layers } from './layers.ts'

/** Sweeps over a drawing that people look at, and over one that is too large for that. */
const sweeps = 24
const sweepsWhenLarge = 4
const largeSize = 3000

/**
 * Orders the vertices of each layer so that few lines cross: each moves to the mean place of those it is joined to, layer
 * by layer, down and up again. Of all orders on the way the one with the fewest crossings stays.
 */
export function orderLayers(graph: Layers): void {
  const { layers, above, below } = graph
  const count = above.length
  const place = new Float64Array(count)
  const number = (layer: readonly number[]): void => {
    for (const [index, vertex] of layer.entries()) place[vertex] = index
  }
  for (const layer of layers) number(layer)
  let best = layers.map((layer) => [...layer])
  let fewest = crossings(graph, place)
  for (let sweep = 0; sweep < (count > largeSize ? sweepsWhenLarge : sweeps) && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0
    for (const layer of isDown ? layers : layers.toReversed()) {
      const joined = isDown ? above : below
      const mean = new Map(layer.map((vertex) => [vertex, meanPlace(joined[vertex] ?? [], place, vertex)]))
      layer.sort((a, b) => (mean.get(a) ?? 0) - (mean.get(b) ?? 0) || (place[a] ?? 0) - (place[b] ?? 0))
      number(layer)
    }
    const crossed = crossings(graph, place)
    if (crossed >= fewest) continue
    fewest = crossed
    best = layers.map((layer) => [...layer])
  }
  for (const [index, layer] of best.entries()) layers[index] = layer
}

function meanPlace(joined: readonly number[], place: Float64Array, vertex: number): number {
  if (joined.length === 0) return place[vertex] ?? 0
  return joined.reduce((sum, one) => sum + (place[one] ?? 0), 0) / joined.length
}

/** How many pairs of lines cross: inversions, counted in a Fenwick tree. */
function crossings({ layers, below }: Layers, place: Float64Array): number {
  let crossed = 0
  for (const [index, layer] of layers.entries()) {
    const size = layers[index + 1]?.length ?? 0
    const tree = new Int32Array(size + 1)
    let seen = 0
    for (const vertex of layer) {
      const ends = (below[vertex] ?? []).map((lower) => place[lower] ?? 0)
      for (const end of ends) {
        crossed += seen
        for (let at = end + 1; at > 0; at -= at & -at) crossed -= tree[at] ?? 0
      }
      for (const end of ends)
        for (let at = end + 1; at <= size; at += at & -at) tree[at] = (tree[at] ?? 0) + 1
      seen += ends.length
    }
  }
  return crossed
}
