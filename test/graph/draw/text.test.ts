import { expect, test } from 'vitest'
import { drawAscii } from '../../../src/graph/draw/ascii.ts'
import { drawDot } from '../../../src/graph/draw/dot.ts'
import type { Happened } from '../../../src/graph/draw/happened.ts'
import { drawJson } from '../../../src/graph/draw/json.ts'
import { drawMermaid } from '../../../src/graph/draw/mermaid.ts'
import { plainPalette } from '../../../src/source/palette.ts'
import { width } from '../../../src/source/width.ts'
import { compile } from '../../document/checked.ts'

const plain = { columns: 80, palette: plainPalette, happened: undefined }

const song = compile(`llmflows: 1
name: song
steps:
  title: { name: A title, prompt: "{topic}" }
  lyrics: { prompt: "{title}" }
  critic: { for_each: 5, prompt: "{lyrics} {index}" }
  card: { value: 1 }
connections: { title: critic }
`)!.compiled!

test('people see stages, needs, items and the critical path', () => {
  expect(drawAscii(song, plain)).toBe(`song: 4 steps (8 with items), 3 edges, critical path 3

 1 ● title
   ○ card
   │
 2 ● lyrics      ← title
   │
 3 ● critic ×5   ← lyrics ⇠ title

 ● on the critical path   ← uses the output of   ⇠ only comes after
`)
})

test('Mermaid sees data edges with their variables, order edges dashed, and the critical path thick', () => {
  expect(drawMermaid(song, undefined)).toBe(`flowchart TD
  n_title["A title"]
  n_lyrics["lyrics"]
  n_critic["critic ×5"]
  n_card(["card"])
  n_title -->|"title"| n_lyrics
  n_lyrics -->|"lyrics"| n_critic
  n_title -.-> n_critic
  linkStyle 0,1 stroke-width:3px
  classDef critical stroke-width:3px
  class n_title,n_lyrics,n_critic critical
`)
})

test('Graphviz sees the same', () => {
  expect(drawDot(song, undefined)).toContain('  "title" -> "critic" [style=dashed]\n')
  expect(drawDot(song, undefined)).toContain('  "title" -> "lyrics" [label="title", penwidth=2]\n')
  expect(drawDot(song, undefined)).toContain('  "card" [label="card", style=rounded]\n')
})

test('programs see JSON', () => {
  const drawing = JSON.parse(drawJson(song, undefined))
  expect(drawing.critical_path).toEqual(['title', 'lyrics', 'critic'])
  expect(drawing.steps[2]).toMatchObject({ id: 'critic', kind: 'llm', items: 5, critical: true })
  expect(drawing.edges[2]).toEqual({
    from: 'title',
    to: 'critic',
    kind: 'order',
    variables: [],
    written: true,
  })
})

const ran = { status: 'succeeded', items: 1, itemsSucceeded: 1 } as const
const happened: Happened = {
  status: 'failed',
  seconds: 4,
  path: [0, 2],
  steps: [
    { ...ran, startSeconds: 0, seconds: 1 },
    { ...ran, status: 'failed', startSeconds: 1, seconds: 2.5, itemsSucceeded: 0 },
    { ...ran, status: 'failed', startSeconds: 1, seconds: 3, items: 5, itemsSucceeded: 3 },
    undefined,
  ],
}

test('Mermaid sees the colours and times of a run', () => {
  const drawing = drawMermaid(song, happened)
  expect(drawing).toContain('  n_title["A title<br/>1.00s"]\n  n_lyrics["lyrics<br/>failed after 2.50s"]\n')
  expect(drawing).toContain('  n_critic["critic ×5<br/>2 of 5 failed after 3.00s"]\n  n_card(["card"])\n')
  expect(drawing).toContain('  class n_lyrics,n_critic failed\n')
  expect(drawing).toMatch(/ {2}linkStyle 2 stroke-width:3px\n[^]* {2}class n_title,n_critic critical\n$/)
})

test('Graphviz sees the colours and times of a run', () => {
  const drawing = drawDot(song, happened)
  expect(drawing).toMatch(
    /"lyrics" \[label="lyrics\\nfailed after 2\.50s", style=filled, fillcolor="#[0-9a-f]{6}"/,
  )
  expect(drawing).toContain('  "title" -> "critic" [style=dashed, penwidth=2]\n')
})

test('programs see what became of the steps in a run', () => {
  const drawing = JSON.parse(drawJson(song, happened))
  expect(drawing.run).toEqual({ status: 'failed', execution_time: 4 })
  expect(drawing.critical_path).toEqual(['title', 'critic'])
  expect(drawing.steps[2].run).toEqual({
    status: 'failed',
    start: 1,
    execution_time: 3,
    items: 5,
    items_succeeded: 3,
  })
  expect(drawing.steps[3].run).toBeNull()
})

test('a hostile name stays a name', () => {
  const name = '"]; x --> y\n<script>alert(1)</script> \\" \u001b[31m `#quot;`'
  const { compiled } = compile(
    JSON.stringify({ llmflows: 1, name: 'hostile', steps: { end: { name, prompt: 'x' } } }),
  )!
  const mermaid = drawMermaid(compiled!, undefined)
  expect(mermaid.split('\n')).toHaveLength(5)
  expect(mermaid.split('\n')[1]).toMatch(/^ {2}n_end\["[^"<>`\\\n\u001b]*"\]$/)
  const label = /label=("(?:[^"\\]|\\.)*")/.exec(drawDot(compiled!, undefined))?.[1]
  expect(JSON.parse(label!)).toContain('"]; x --> y <script>')
  expect(drawDot(compiled!, undefined)).not.toContain('\u001b')
})

test('no line is wider than 80 columns, whatever the steps are called', () => {
  const steps = Array.from({ length: 30 }, (_, step) => {
    const needs = Array.from({ length: Math.min(step, 9) }, (__, back) => `{k${step - 1 - back}}`).join(' ')
    return `  step_with_a_name_that_is_much_too_long_for_a_drawing_${step}: { prompt: "x ${needs}", output_key: k${step}, for_each: 12 }`
  })
  const { compiled } = compile(`llmflows: 1\nname: wide\nsteps:\n${steps.join('\n')}\n`)!
  for (const line of drawAscii(compiled!, plain).split('\n')) expect(width(line)).toBeLessThanOrEqual(80)
})
