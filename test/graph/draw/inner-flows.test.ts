import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { drawAscii } from '../../../src/graph/draw/ascii.ts'
import { drawDot } from '../../../src/graph/draw/dot.ts'
import { drawJson } from '../../../src/graph/draw/json.ts'
import { drawMermaid } from '../../../src/graph/draw/mermaid.ts'
import { plainPalette } from '../../../src/source/palette.ts'
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

test('a flow inside has walls and a name, so that one sees that there is more', async () => {
  const flow = await loaded(flows)
  expect(drawMermaid(flow, undefined)).toContain('n_a[["a<br/>flow middle"]]')
  expect(drawDot(flow, undefined)).toContain('"a" [label="a\\nflow middle", peripheries=2')
  const plain = { columns: 80, palette: plainPalette, happened: undefined }
  expect(drawAscii(flow, plain)).toContain(' 1 ● a [flow middle]\n')
})
