import type { Graph } from '../../graph.ts'
import type { Happened } from '../happened.ts'
import { tenth } from './edges.ts'
import { textWidth } from './text.ts'

export const legendHeight = 20

interface Legend {
  readonly left: number
  readonly top: number
  readonly graph: Graph
  readonly path: readonly number[]
  readonly happened: Happened | undefined
}

/** What the lines and colours mean; only those that are there. */
export function drawLegend({ left, top, graph, path, happened }: Legend): string {
  const kinds = new Set(graph.edges.map(({ kind }) => kind))
  const statuses = new Set(happened?.steps.flatMap((step) => step?.status ?? []))
  const line = (kind: string) => (x: number, y: number) => `<path class="${kind}" d="M${tenth(x)} ${y}h24"/>`
  const dot = (status: string) => (x: number, y: number) =>
    `<circle class="${status}" cx="${tenth(x + 19)}" cy="${y}" r="5"/>`
  const entries: [draw: (x: number, y: number) => string, text: string][] = []
  if (path.length > 1) entries.push([line('critical'), 'critical path'])
  if (kinds.has('data')) entries.push([line('data'), 'uses the output of'])
  if (kinds.has('order')) entries.push([line('order'), 'only comes after'])
  for (const status of ['succeeded', 'failed', 'skipped', 'blocked', 'cancelled'])
    if (status !== 'succeeded' && [...statuses].some((one) => one === status))
      entries.push([dot(status), status])
  let x = left
  const drawn: string[] = []
  for (const [draw, text] of entries) {
    drawn.push(
      draw(x, top + 10),
      `<text class="d" x="${tenth(x + 31)}" y="${tenth(top + 14)}">${text}</text>`,
    )
    x += 31 + textWidth(text, 11) + 18
  }
  return `<g>${drawn.join('')}</g>\n`
}
