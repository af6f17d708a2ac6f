import { expect, test } from 'vitest'
import { findCycles } from '../../src/graph/cycles.ts'
import { criticalPath, heights, topologicalOrder } from '../../src/graph/order.ts'
import { seededRandom, type Random } from '../document/seeded.ts'
import { graphOf } from './random-edges.ts'

function randomPairs(size: number, random: Random, isAcyclic: boolean): (readonly [number, number])[] {
  const pairs: (readonly [number, number])[] = []
  const chance = 2 + random.below(8)
  for (let from = 0; from < size; from++) {
    for (let to = isAcyclic ? from + 1 : 0; to < size; to++) {
      if (random.below(chance) === 0) pairs.push([from, to])
    }
  }
  return pairs
}

/** Which node reaches which, by at least one edge: the textbook closure. */
function reachability(size: number, pairs: readonly (readonly [number, number])[]): boolean[][] {
  const reaches = Array.from({ length: size }, () => Array.from({ length: size }, () => false))
  for (const [from, to] of pairs) reaches[from]![to] = true
  for (let via = 0; via < size; via++)
    for (let from = 0; from < size; from++)
      for (let to = 0; to < size; to++) reaches[from]![to] ||= reaches[from]![via]! && reaches[via]![to]!
  return reaches
}

test('one true cycle is found for each group of steps that wait for each other', () => {
  const random = seededRandom('cycles')
  for (let count = 0; count < 20_000; count++) {
    const size = 1 + random.below(7)
    const pairs = randomPairs(size, random, false)
    const reaches = reachability(size, pairs)
    const groups = new Set<string>()
    for (let node = 0; node < size; node++) {
      if (!reaches[node]![node]) continue
      const group = reaches.flatMap((row, other) => (row[node]! && reaches[node]![other]! ? [other] : []))
      groups.add(group.join())
    }
    const cycles = findCycles(graphOf(size, pairs))
    expect(cycles.length).toBe(groups.size)
    for (const cycle of cycles) {
      for (const [index, edge] of cycle.entries())
        expect(edge.to).toBe(cycle[(index + 1) % cycle.length]!.from)
      const nodes = cycle.map(({ from }) => from)
      expect(new Set(nodes).size).toBe(nodes.length)
    }
  }
})

test('the critical path is a longest way, and the order puts every step behind what it needs', () => {
  const random = seededRandom('paths')
  for (let count = 0; count < 20_000; count++) {
    const size = 1 + random.below(7)
    const pairs = randomPairs(size, random, true)
    const graph = graphOf(size, pairs)
    const longest = (node: number): number =>
      1 + Math.max(0, ...pairs.filter(([from]) => from === node).map(([, to]) => longest(to)))
    const lengths = Array.from({ length: size }, (_, node) => longest(node))
    expect([...heights(graph)]).toEqual(lengths)
    const path = criticalPath(graph)
    expect(path.length).toBe(Math.max(...lengths))
    for (let index = 1; index < path.length; index++)
      expect(pairs.some(([from, to]) => from === path[index - 1] && to === path[index])).toBe(true)
    const order = topologicalOrder(graph)
    expect([...order].sort()).toEqual(Array.from({ length: size }, (_, node) => node))
    for (const [from, to] of pairs) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to))
  }
})
