import type { CompiledFlow } from '../compile.ts'
import { describeSize } from '../size.ts'
import { criticalEdges, edgeLabel } from './edges.ts'
import { markedPath, runText, type Happened } from './happened.ts'
import { drawBox, sheetOffset, sheetsOf, wishedWidth, type Box } from './svg/box.ts'
import { curvesOf, tenth, type Floor } from './svg/edges.ts'
import { cutIntoLayers, type Layers } from './svg/layers.ts'
import { drawLegend, legendHeight } from './svg/legend.ts'
import { orderLayers } from './svg/order.ts'
import { placeVertices } from './svg/place.ts'
import { style } from './svg/style.ts'
import { fitText, textWidth, xml } from './svg/text.ts'

const margin = 28
const headHeight = 72
const gapBetweenBoxes = 28
const waypointWidth = 6
const leastLayerGap = 46
const mostLayerGap = 110
const narrowestPicture = 480

/**
 * The graph as a picture: one self-contained SVG, light or dark as the viewer prefers, without scripts or anything from
 * elsewhere. Every edge leads down; the same flow gives the same bytes.
 */
export function drawSvg(compiled: CompiledFlow, happened: Happened | undefined): string {
  const { flow, graph } = compiled
  const path = markedPath(graph, happened)
  const onPath = new Set(path)
  const boxes = flow.steps.map((step, node): Box => ({
    step,
    isCritical: onPath.has(node),
    happened: happened?.steps[node],
  }))
  const boxWidth = boxes.reduce((most, box) => Math.max(most, wishedWidth(box)), 0)
  const layers = cutIntoLayers(graph)
  orderLayers(layers)
  const x = placeVertices(
    layers,
    (vertex) => (vertex < graph.size ? boxWidth : waypointWidth),
    gapBetweenBoxes,
  )
  const { floor, width, bottom } = lay(layers, { x, boxWidth, boxes, boxHeight: happened ? 56 : 50 })
  const title = fitText(flow.name, Math.max(width, narrowestPicture) - 2 * margin, 18, true)
  const subtitle = [describeSize(compiled), ...(happened ? [runText(happened)] : [])].join(' · ')
  const fullWidth = Math.ceil(
    Math.max(
      width,
      narrowestPicture,
      2 * margin + Math.max(textWidth(subtitle, 12), textWidth(title, 18, true)),
    ),
  )
  const height = Math.ceil(bottom + legendHeight + margin)
  const shift = (fullWidth - width) / 2
  const thick = new Set(criticalEdges(graph, path))
  const curves = curvesOf(layers, floor, (edge) => thick.has(edge))
  const lines = graph.edges.map((edge, index) => {
    const kind = `${edge.kind}${thick.has(index) ? ' critical' : ''}`
    const { line = '', head = '' } = curves[index] ?? {}
    const about = `${flow.steps[edge.from]?.id ?? ''} → ${flow.steps[edge.to]?.id ?? ''}`
    const label = edge.kind === 'data' ? `${about}: ${edgeLabel(edge)}` : `${about}: order only`
    return `<g><title>${xml(label)}</title><path class="${kind}" d="${line}"/><path class="head ${kind}" d="${head}"/></g>\n`
  })
  const thin = lines.filter((_, index) => !thick.has(index))
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="llmflows" viewBox="0 0 ${fullWidth} ${height}" width="${fullWidth}" height="${height}" role="img" aria-label="${xml(`${flow.name}: ${subtitle}`)}">\n`,
    `<style>\n${style}\n</style>\n`,
    `<rect class="paper" width="${fullWidth}" height="${height}" rx="10"/>\n`,
    `<text class="h" x="${margin}" y="38">${xml(title)}</text>\n`,
    `<text class="s" x="${margin}" y="58">${xml(subtitle)}</text>\n`,
    `<g transform="translate(${tenth(shift)} 0)">\n`,
    ...thin,
    ...lines.filter((_, index) => thick.has(index)),
    ...boxes.map((box, node) =>
      drawBox(
        box,
        {
          left: (floor.x[node] ?? 0) - boxWidth / 2,
          top: floor.tops[floor.layerOf[node] ?? 0] ?? 0,
          width: boxWidth,
          height: floor.boxHeight,
        },
        happened,
      ),
    ),
    '</g>\n',
    drawLegend({ left: margin, top: bottom, graph, path, happened }),
    '</svg>\n',
  ].join('')
}

interface Measures {
  readonly x: Float64Array
  readonly boxWidth: number
  readonly boxHeight: number
  readonly boxes: readonly Box[]
}

/** Gives every layer its height and moves the whole to where the paper begins. */
function lay(
  { layers, below, size }: Layers,
  { x, boxWidth, boxHeight, boxes }: Measures,
): { readonly floor: Floor; readonly width: number; readonly bottom: number } {
  const depths = boxes.map(({ step }) => sheetOffset * sheetsOf(step))
  const half = (vertex: number): number => (vertex < size ? boxWidth : waypointWidth) / 2
  let least = Infinity
  let most = -Infinity
  for (const [vertex, middle] of x.entries()) {
    least = Math.min(least, middle - half(vertex))
    most = Math.max(most, middle + half(vertex))
  }
  const moved = x.map((middle) => middle - least + margin)
  const layerOf = new Int32Array(x.length)
  const tops: number[] = []
  let bottom = headHeight + 12
  for (const [index, layer] of layers.entries()) {
    tops.push(bottom)
    let widestStep = 0
    for (const vertex of layer) {
      layerOf[vertex] = index
      for (const lower of below[vertex] ?? [])
        widestStep = Math.max(widestStep, Math.abs((x[vertex] ?? 0) - (x[lower] ?? 0)))
    }
    bottom += boxHeight + Math.min(mostLayerGap, leastLayerGap + widestStep / 10)
  }
  bottom += 2 * sheetOffset - leastLayerGap + 22
  const width = most - least + 2 * margin + 2 * sheetOffset
  return {
    floor: { x: moved, tops, layerOf, boxWidth, boxHeight, depthOf: (node) => depths[node] ?? 0 },
    width,
    bottom,
  }
}
