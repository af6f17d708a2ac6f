import { expect, test } from 'vitest'
import { drawAscii } from '../../src/graph/draw/ascii.ts'
import { drawDot } from '../../src/graph/draw/dot.ts'
import { drawJson } from '../../src/graph/draw/json.ts'
import { drawMermaid } from '../../src/graph/draw/mermaid.ts'
import { width } from '../../src/source/width.ts'
import { compile } from '../document/checked.ts'

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
  expect(drawAscii(song)).toBe(`song: 4 steps (8 with items), 3 edges, critical path 3

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
  expect(drawMermaid(song)).toBe(`flowchart TD
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
  expect(drawDot(song)).toContain('  "title" -> "critic" [style=dashed]\n')
  expect(drawDot(song)).toContain('  "title" -> "lyrics" [label="title", penwidth=2]\n')
  expect(drawDot(song)).toContain('  "card" [label="card", style=rounded]\n')
})

test('programs see JSON', () => {
  const drawing = JSON.parse(drawJson(song))
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

test('a hostile name stays a name', () => {
  const name = '"]; x --> y\n<script>alert(1)</script> \\" \u001b[31m `#quot;`'
  const { compiled } = compile(
    JSON.stringify({ llmflows: 1, name: 'hostile', steps: { end: { name, prompt: 'x' } } }),
  )!
  const mermaid = drawMermaid(compiled!)
  expect(mermaid.split('\n')).toHaveLength(5)
  expect(mermaid.split('\n')[1]).toMatch(/^ {2}n_end\["[^"<>`\\\n\u001b]*"\]$/)
  const label = /label=("(?:[^"\\]|\\.)*")/.exec(drawDot(compiled!))?.[1]
  expect(JSON.parse(label!)).toContain('"]; x --> y <script>')
  expect(drawDot(compiled!)).not.toContain('\u001b')
})

test('no line is wider than 80 columns, whatever the steps are called', () => {
  const steps = Array.from({ length: 30 }, (_, step) => {
    const needs = Array.from({ length: Math.min(step, 9) }, (__, back) => `{k${step - 1 - back}}`).join(' ')
    return `  step_with_a_name_that_is_much_too_long_for_a_drawing_${step}: { prompt: "x ${needs}", output_key: k${step}, for_each: 12 }`
  })
  const { compiled } = compile(`llmflows: 1\nname: wide\nsteps:\n${steps.join('\n')}\n`)!
  for (const line of drawAscii(compiled!).split('\n')) expect(width(line)).toBeLessThanOrEqual(80)
})
