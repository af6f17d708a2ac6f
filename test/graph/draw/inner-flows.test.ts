import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { drawJson } from '../../../src/graph/draw/json.ts'
import { drawMermaid } from '../../../src/graph/draw/mermaid.ts'
import { loaded } from '../../run/flow-files.ts'

const flows = {
  'outer.json': {
    steps: {
      a: { flow: 'in/middle.json', repeat: { max: 3 } },
      b: { flow: 'in/middle.json' },
      c: { value: '{a} {b}' },
    },
  },
  'in/middle.json': { name: 'middle', steps: { m: { flow: 'leaf.json' } } },
  'in/leaf.json': { name: 'leaf', steps: { l: { value: 1 } } },
}

test('programs see each flow inside once, by its file', async () => {
  const flow = await loaded(flows)
  const folder = flow.flow.source.path.slice(0, -'/outer.json'.length)
  const drawing = JSON.parse(drawJson(flow, undefined), (_, value: unknown) =>
    typeof value === 'string' && value.startsWith(folder) ? relative(folder, value) : value,
  )
  expect(drawing.steps).toMatchObject([
    { id: 'a', kind: 'flow', flow: 'in/middle.json', repeat: 3 },
    { id: 'b', kind: 'flow', flow: 'in/middle.json', repeat: null },
    { id: 'c', kind: 'value' },
  ])
  expect(Object.keys(drawing.flows).map((path) => relative(folder, path))).toEqual([
    'in/middle.json',
    'in/leaf.json',
  ])
  expect(Object.values(drawing.flows)).toMatchObject([
    { flow: 'middle', steps: [{ id: 'm', flow: 'in/leaf.json' }] },
    { flow: 'leaf', steps: [{ id: 'l', kind: 'value' }], edges: [] },
  ])
})

test('a flow inside has walls, so that one sees that there is more', async () => {
  expect(drawMermaid(await loaded(flows), undefined)).toContain('n_a[["a"]]')
})
