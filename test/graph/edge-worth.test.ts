import { expect, test } from 'vitest'
import { edgeWorths } from '../../src/graph/edge-worth.ts'
import type { Edge } from '../../src/graph/graph.ts'
import { checkSource, sourceOf } from '../../src/index.ts'
import { seededRandom } from '../document/seeded.ts'
import { graphOf } from './random-edges.ts'

/** Steps on the longest way, found by walking every one. */
function longest(size: number, edges: readonly Edge[]): number {
  const from = (node: number): number =>
    1 + Math.max(0, ...edges.filter((edge) => edge.from === node).map((edge) => from(edge.to)))
  return Math.max(...Array.from({ length: size }, (_, node) => from(node)))
}

function reaches(edges: readonly Edge[], start: number, end: number): boolean {
  return edges.some(({ from, to }) => from === start && (to === end || reaches(edges, to, end)))
}

test('the worth of a connection is what adding and removing it shows', () => {
  const random = seededRandom('edge worth')
  const seen = new Map<string, number>()
  for (let count = 0; count < 6000; count++) {
    const size = 2 + random.below(6)
    const pairs: (readonly [number, number])[] = []
    const chance = 2 + random.below(4)
    for (let from = 0; from < size; from++)
      for (let to = from + 1; to < size; to++) if (random.below(chance) === 0) pairs.push([from, to])
    const order = new Set([...pairs.keys()].filter(() => random.below(2) === 0))
    const graph = graphOf(size, pairs, (pair) => order.has(pair))
    const worths = edgeWorths(graph)
    const data = graph.edges.filter(({ kind }) => kind === 'data')
    const [byData, byAll] = [longest(size, data), longest(size, graph.edges)]
    expect(worths.size).toBe(order.size)
    let isExplained = byAll === byData
    for (const [edge, worth] of worths) {
      const others = graph.edges.filter((other) => other !== edge)
      const isImplied = reaches(others, edge.from, edge.to)
      const alone = longest(size, [...data, edge])
      expect(worth.kind === 'implied').toBe(isImplied)
      if (worth.kind === 'implied') {
        const way = [edge.from, ...worth.through, edge.to]
        for (const [index, node] of way.slice(1).entries())
          expect(others.some(({ from, to }) => from === way[index] && to === node)).toBe(true)
      } else if (alone > byData) {
        expect(worth).toEqual({ kind: 'lengthening', from: byData, to: alone, alone: true })
      } else if (longest(size, others) < byAll) {
        // No run can be shorter than what it alone holds up.
        expect(worth).toEqual({ kind: 'lengthening', from: byData, to: byAll, alone: false })
      }
      isExplained ||= worth.kind === 'lengthening'
      const name = worth.kind === 'lengthening' ? `lengthening ${worth.alone}` : worth.kind
      seen.set(name, (seen.get(name) ?? 0) + 1)
    }
    // Where connections make the path longer, at least one is named.
    expect(isExplained, JSON.stringify([pairs, [...order]])).toBe(true)
  }
  expect([...seen.keys()].toSorted()).toEqual(['free', 'implied', 'lengthening false', 'lengthening true'])
})

test('connections that hold a step up together are all named, although none of them does so alone', () => {
  // The path by data is 0 → 4; both 0 and 1 come before 2 and 3 by connections, and these before 4.
  const pairs: (readonly [number, number])[] = [
    [0, 2],
    [0, 3],
    [0, 4],
    [1, 2],
    [1, 3],
    [1, 4],
    [2, 4],
    [3, 4],
  ]
  const worths = [...edgeWorths(graphOf(5, pairs, (pair) => pair !== 2)).values()].map(({ kind }) => kind)
  expect(worths.filter((kind) => kind === 'lengthening')).toHaveLength(6)
})

test('a great many connections are audited with a bounded search', () => {
  const size = 3000
  const ids = Array.from({ length: size }, (_, step) => `s${step}`)
  const steps = ids.map((id) => `  ${id}: { prompt: "About {topic}" }`)
  const connections = ids.slice(1).map((id, at) => `  s${at}: [${id}, s${size - 1}]`)
  connections[size - 2] = `  s${size - 2}: s${size - 1}`
  const text = `llmflows: 1\nname: large\nsteps:\n${steps.join('\n')}\nconnections:\n${connections.join('\n')}\n`
  const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
  if (!source.ok) throw new Error(source.message)
  const { diagnostics } = checkSource(source)
  expect(diagnostics).toHaveLength(2 * size - 3)
  expect(diagnostics.filter(({ severity }) => severity === 'warning').length).toBeGreaterThan(size - 2)
})
