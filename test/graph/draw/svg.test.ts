import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Happened } from '../../../src/graph/draw/happened.ts'
import { curvesOf } from '../../../src/graph/draw/svg/edges.ts'
import { cutIntoLayers } from '../../../src/graph/draw/svg/layers.ts'
import { orderLayers } from '../../../src/graph/draw/svg/order.ts'
import { placeVertices } from '../../../src/graph/draw/svg/place.ts'
import { fitText, textWidth } from '../../../src/graph/draw/svg/text.ts'
import { drawSvg } from '../../../src/graph/draw/svg.ts'
import { compile } from '../../document/checked.ts'
import { graphOf } from '../random-edges.ts'
import { reportFlow } from './report-flow.ts'

/** Every element is closed, in order, and no text holds a sign that means something to XML. */
function expectWellFormed(svg: string): void {
  const open: string[] = []
  let rest = svg.replace(/<style>[^<&]*<\/style>/, '')
  rest = rest.replace(/<(\/?)([a-z]+)((?: [a-zA-Z:-]+="[^"<]*")*)(\/?)>/g, (_, close, name, __, isEmpty) => {
    if (close === '/') expect(open.pop()).toBe(name)
    else if (isEmpty === '') open.push(name)
    return ''
  })
  expect(open).toEqual([])
  expect(rest).not.toMatch(/[<>]|&(?!#\d+;)/)
}

const song = compile(`llmflows: 1
name: song
steps:
  title: { name: A title, prompt: "{topic}" }
  lyrics: { prompt: "{title}" }
  critic: { for_each: 5, prompt: "{lyrics} {index}" }
  card: { value: 1 }
connections: { title: critic }
`)!.compiled!

test('a picture has every step, edges by kind, items as sheets, and the critical path marked', () => {
  const svg = drawSvg(song, undefined)
  expectWellFormed(svg)
  expect(svg).toContain('>A title</text>')
  expect(svg).toContain('<title>title → lyrics: title</title><path class="data critical"')
  expect(svg).toContain('<title>title → critic: order only</title><path class="order"')
  expect(svg.match(/<rect class="box critical"/g)).toHaveLength(2 + 3)
  expect(svg.match(/<rect class="box"/g)).toHaveLength(1)
  expect(svg).toContain('>×5</text>')
  expect(svg).toContain('4 steps (8 with items), 3 edges, critical path 3</text>')
})

test('a picture holds all it needs and nothing that acts, for light and dark', () => {
  const svg = drawSvg(reportFlow(), undefined)
  expectWellFormed(svg)
  expect(svg.match(/https?:[^"]*/g)).toEqual(['http://www.w3.org/2000/svg'])
  expect(svg).not.toMatch(/<script|href|url\(|@import|\son[a-z]+=/)
  expect(svg).toContain('@media (prefers-color-scheme:dark)')
  expect(drawSvg(reportFlow(), undefined)).toBe(svg)
})

test('a picture of a run has its colours, times, and the path that was critical', () => {
  const ran = { status: 'succeeded', items: 1, itemsSucceeded: 1 } as const
  const happened: Happened = {
    status: 'failed',
    seconds: 4,
    path: [0, 2],
    steps: [
      { ...ran, startSeconds: 0, seconds: 1, model: 'muse-2' },
      { ...ran, status: 'failed', startSeconds: 1, seconds: 2.5, itemsSucceeded: 0 },
      { ...ran, status: 'blocked', startSeconds: undefined, seconds: undefined, items: 5, itemsSucceeded: 0 },
      undefined,
    ],
  }
  const svg = drawSvg(song, happened)
  expectWellFormed(svg)
  expect(svg).toContain('critical path 3 · failed after 4.00s</text>')
  expect(svg).toContain('<text class="t succeeded"')
  expect(svg.match(/>muse-2<\/text>/g)).toHaveLength(1)
  expect(svg).toContain('>failed after 2.50s</text>')
  expect(svg).toContain('>blocked</text>')
  expect(svg).toContain('<title>title → critic: order only</title><path class="order critical"')
  expect(svg.match(/class="track"/g)).toHaveLength(2)
})

test('a hostile name stays a name', () => {
  const name = '</text><script>alert(1)</script>" onload="x" &amp; \u001b[31m \u202e \ufffe ]]>'
  const steps = { end: { name, prompt: 'x' } }
  const { compiled } = compile(JSON.stringify({ llmflows: 1, name: 'hostile', steps }))!
  const svg = drawSvg(compiled!, undefined)
  expectWellFormed(svg)
  expect(svg).not.toMatch(/<script|[\u001b\u202e\ufffe]/)
})

test('names fit into their boxes, whatever they are made of', () => {
  const texts = ['W'.repeat(200), 'ﷺ'.repeat(50), '日本語のタイトル'.repeat(9), '🎬'.repeat(60), 'iiiiiiiiii']
  for (const text of texts) {
    const fitted = fitText(text, 180, 13, true)
    expect(textWidth(fitted, 13, true)).toBeLessThanOrEqual(180)
    expect(fitted === text || fitted.endsWith('…')).toBe(true)
  }
})

const randomGraph = fc.integer({ min: 1, max: 24 }).chain((size) =>
  fc
    .uniqueArray(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })), {
      selector: ([from, to]) => `${Math.min(from, to)} ${Math.max(from, to)}`,
      maxLength: 40,
    })
    .map((pairs) =>
      graphOf(
        size,
        pairs.filter(([a, b]) => a !== b).map(([a, b]): [number, number] => (a < b ? [a, b] : [b, a])),
      ),
    ),
)

test('boxes keep apart and no line crosses one', () => {
  const boxWidth = 100
  const boxHeight = 50
  fc.assert(
    fc.property(randomGraph, (graph) => {
      const layers = cutIntoLayers(graph)
      orderLayers(layers)
      const widthOf = (vertex: number): number => (vertex < graph.size ? boxWidth : 6)
      const x = placeVertices(layers, widthOf, 28)
      const layerOf = new Int32Array(x.length)
      for (const [index, layer] of layers.layers.entries()) {
        for (const [at, vertex] of layer.entries()) {
          layerOf[vertex] = index
          const before = layer[at - 1]
          if (before === undefined) continue
          const apart = x[vertex]! - x[before]! - widthOf(vertex) / 2 - widthOf(before) / 2
          expect(apart).toBeGreaterThan(27.99)
        }
      }
      const tops = layers.layers.map((_, index) => index * 100)
      const depthOf = (): number => 0
      const curves = curvesOf(layers, { x, tops, layerOf, boxWidth, boxHeight, depthOf })
      for (const [edge, { line }] of curves.entries()) {
        for (const [atX, atY] of pointsOf(line)) {
          for (let node = 0; node < graph.size; node++) {
            if (node === graph.edges[edge]!.from || node === graph.edges[edge]!.to) continue
            const top = tops[layerOf[node]!]!
            const isInside = Math.abs(atX - x[node]!) < boxWidth / 2 && atY > top && atY < top + boxHeight
            expect(isInside).toBe(false)
          }
        }
      }
    }),
  )
})

/** Points along the data of a path made of M, C and V. */
function pointsOf(line: string): readonly (readonly [number, number])[] {
  const points: [number, number][] = []
  let [x, y] = [0, 0]
  for (const [, command, text] of line.matchAll(/([MCV])([^MCV]*)/g)) {
    const numbers = text!.trim().split(' ').map(Number)
    if (command === 'M') [x, y] = [numbers[0]!, numbers[1]!]
    else if (command === 'V') {
      for (let part = 0; part <= 4; part++) points.push([x, y + ((numbers[0]! - y) * part) / 4])
      y = numbers[0]!
    } else {
      const [x1, y1, x2, y2, x3, y3] = numbers as [number, number, number, number, number, number]
      for (let part = 0; part <= 16; part++) {
        const t = part / 16
        const mix = (a: number, b: number, c: number, d: number): number =>
          (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * d
        points.push([mix(x, x1, x2, x3), mix(y, y1, y2, y3)])
      }
      ;[x, y] = [x3, y3]
    }
  }
  return points
}

test('crossings are undone where that is possible', () => {
  const layers = cutIntoLayers(
    graphOf(6, [
      [0, 5],
      [1, 4],
      [2, 3],
    ]),
  )
  orderLayers(layers)
  const [upper = [], lower = []] = layers.layers
  expect(upper.map((node) => lower.indexOf(5 - node))).toEqual([0, 1, 2])
})

test('thousands of steps, and one that all others need, can be drawn', () => {
  const steps = Array.from({ length: 3000 }, (_, step) => [
    `s${step}`,
    { prompt: step === 0 ? 'x' : `{s0} {s${Math.floor(step / 2)}} {s${step - 1}}` },
  ])
  const { compiled } = compile(
    JSON.stringify({ llmflows: 1, name: 'large', steps: Object.fromEntries(steps), outputs: ['s2999'] }),
  )!
  const svg = drawSvg(compiled!, undefined)
  expect(svg.match(/<text class="n"/g)).toHaveLength(3000)
  expect(svg.length).toBeLessThan(10_000_000)
})
