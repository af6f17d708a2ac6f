import type { Layers } from './layers.ts'

/** Where the boxes stand. */
export interface Floor {
  readonly x: Float64Array
  /** Upper side of each layer. */
  readonly tops: readonly number[]
  readonly layerOf: Int32Array
  readonly boxWidth: number
  readonly boxHeight: number
  /** How far a box reaches further down than its front. */
  readonly depthOf: (node: number) => number
}

/** A line as the data of two paths: the curve, and the head of its arrow. */
export interface Curve {
  readonly line: string
  readonly head: string
}

const headLength = 7
const headHalf = 4
const widestPortGap = 22

/**
 * Lines leave a box below and come in above, side by side; on the way they pass through the layers between boxes. What
 * lines of one trunk have in common is drawn with the first of them, and again with those that `isWhole` names.
 */
export function curvesOf(
  graph: Layers,
  floor: Floor,
  isWhole: (edge: number) => boolean = () => false,
): readonly Curve[] {
  const leaving = portsOf(graph.below, graph.size, floor)
  const coming = portsOf(graph.above, graph.size, floor)
  const drawn = new Set<number>()
  return graph.routes.map((route, edge) => {
    const [from = 0, first = 0] = route
    const start = isWhole(edge) ? 0 : Math.max(0, firstNotIn(drawn, route) - 1)
    let x = leaving(from, first)
    let y = topOf(from, floor) + floor.boxHeight + floor.depthOf(from)
    if (start > 0) {
      x = floor.x[route[start] ?? 0] ?? 0
      y = topOf(route[start] ?? 0, floor) + floor.boxHeight
    }
    let line = `M${tenth(x)} ${tenth(y)}`
    for (let index = start + 1; index < route.length; index++) {
      const vertex = route[index] ?? 0
      const isEnd = index === route.length - 1
      const nextX = isEnd ? coming(vertex, route[index - 1] ?? 0) : (floor.x[vertex] ?? 0)
      const nextY = topOf(vertex, floor) - (isEnd ? headLength : 0)
      const bend = (nextY - y) / 2
      line += `C${tenth(x)} ${tenth(y + bend)} ${tenth(nextX)} ${tenth(nextY - bend)} ${tenth(nextX)} ${tenth(nextY)}`
      x = nextX
      y = nextY
      if (isEnd) continue
      drawn.add(vertex)
      y += floor.boxHeight
      line += `V${tenth(y)}`
    }
    const tip = y + headLength
    return {
      line,
      head: `M${tenth(x - headHalf)} ${tenth(y)}H${tenth(x + headHalf)}L${tenth(x)} ${tenth(tip)}Z`,
    }
  })
}

/** A trunk is drawn from its box on, so that what is drawn of it is its beginning. */
function firstNotIn(drawn: ReadonlySet<number>, route: readonly number[]): number {
  let low = 1
  let high = route.length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if (drawn.has(route[middle] ?? 0)) low = middle + 1
    else high = middle
  }
  return low
}

/** A coordinate, to a tenth of a pixel. */
export function tenth(value: number): string {
  return String(Math.round(value * 10) / 10)
}

function topOf(vertex: number, { tops, layerOf }: Floor): number {
  return tops[layerOf[vertex] ?? 0] ?? 0
}

/** Where the line between a box and a vertex touches the box: in the order of where the lines go. */
function portsOf(
  joined: readonly (readonly number[])[],
  size: number,
  { x, boxWidth }: Floor,
): (box: number, other: number) => number {
  const ports = new Map<number, ReadonlyMap<number, number>>()
  for (let box = 0; box < size; box++) {
    const others = (joined[box] ?? []).toSorted((a, b) => (x[a] ?? 0) - (x[b] ?? 0) || a - b)
    const gap = Math.min(widestPortGap, (boxWidth - 40) / Math.max(1, others.length - 1))
    const start = (x[box] ?? 0) - (gap * (others.length - 1)) / 2
    ports.set(box, new Map(others.map((other, index) => [other, start + gap * index])))
  }
  // A line that is drawn straight through the layers has no port of its own.
  return (box, other) => ports.get(box)?.get(other) ?? x[box] ?? 0
}
