import type { Layers } from './layers.ts'

const sweeps = 16
const sweepsWhenLarge = 4
const largeSize = 3000
/** How much more a line between two waypoints wants to be straight than one between two boxes. */
const straightness = 60

/**
 * The middle of each vertex from left to right. Everything wants to stand below, then above, what it is joined to, and
 * keeps its order and distance; each layer takes the places that come closest to that, in the sense of least squares.
 */
export function placeVertices(graph: Layers, widthOf: (vertex: number) => number, gap: number): Float64Array {
  const { layers, above, below, size } = graph
  const x = new Float64Array(above.length)
  const offsets = layers.map((layer) => {
    let end = 0
    return layer.map((vertex) => {
      const middle = end + widthOf(vertex) / 2
      end = middle + widthOf(vertex) / 2 + gap
      return middle
    })
  })
  for (const [index, layer] of layers.entries()) {
    const middle = (offsets[index]?.at(-1) ?? 0) / 2
    for (const [at, vertex] of layer.entries()) x[vertex] = (offsets[index]?.[at] ?? 0) - middle
  }
  const settle = (index: number, joined: (vertex: number) => readonly number[]): void => {
    const layer = layers[index] ?? []
    const wishes = layer.map((vertex) => {
      let sum = 0
      let weight = 0
      for (const other of joined(vertex)) {
        const pull = vertex >= size && other >= size ? straightness : 1
        sum += pull * (x[other] ?? 0)
        weight += pull
      }
      return weight === 0 ? { at: x[vertex] ?? 0, weight: 0.01 } : { at: sum / weight, weight }
    })
    for (const [at, middle] of closest(wishes, offsets[index] ?? []).entries()) x[layer[at] ?? 0] = middle
  }
  for (let sweep = 0; sweep < (x.length > largeSize ? sweepsWhenLarge : sweeps); sweep++) {
    for (let index = 1; index < layers.length; index++) settle(index, (vertex) => above[vertex] ?? [])
    for (let index = layers.length - 2; index >= 0; index--) settle(index, (vertex) => below[vertex] ?? [])
  }
  for (let index = 0; index < layers.length; index++)
    settle(index, (vertex) => [...(above[vertex] ?? []), ...(below[vertex] ?? [])])
  return x
}

interface Wish {
  readonly at: number
  readonly weight: number
}

/** Places at least as far apart as the offsets are, closest to the wishes: isotonic regression, by pooling neighbours. */
function closest(wishes: readonly Wish[], offsets: readonly number[]): readonly number[] {
  const pools: { mean: number; weight: number; count: number }[] = []
  for (const [index, { at, weight }] of wishes.entries()) {
    let pool = { mean: at - (offsets[index] ?? 0), weight, count: 1 }
    for (let last = pools.at(-1); last !== undefined && last.mean > pool.mean; last = pools.at(-1)) {
      pools.pop()
      const both = last.weight + pool.weight
      const mean = (last.mean * last.weight + pool.mean * pool.weight) / both
      pool = { mean, weight: both, count: last.count + pool.count }
    }
    pools.push(pool)
  }
  return pools
    .flatMap(({ mean, count }) => Array.from({ length: count }, () => mean))
    .map((mean, index) => mean + (offsets[index] ?? 0))
}
