import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { drawDot } from '../../../src/graph/draw/dot.ts'
import { drawMermaid } from '../../../src/graph/draw/mermaid.ts'
import { drawSvg } from '../../../src/graph/draw/svg.ts'
import { loadFlow } from '../../../src/graph/load.ts'

test('each kind of step has a shape of its own and says what it does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-kinds-'))
  try {
    const write = (name: string, text: string): void => writeFileSync(join(folder, name), text)
    write('tools.js', 'export const add = () => 1')
    write('inner.yaml', 'llmflows: 1\nname: inner\nsteps:\n  one: { value: 1 }\n')
    write(
      'flow.yaml',
      `llmflows: 1
name: kinds
vector_stores: { wiki: { provider: local, path: ./wiki } }
steps:
  ask: { prompt: Hi }
  fixed: { value: 1 }
  sum: { function: ./tools.js#add }
  words: { command: [wc, -w], stdin: "{ask}" }
  look: { search: wiki, query: "{ask}" }
  agent: { flow: ./inner.yaml }
`,
    )
    const compiled = await loadFlow(join(folder, 'flow.yaml'))
    const mermaid = drawMermaid(compiled, undefined)
    expect(mermaid).toContain(
      '  n_ask["ask"]\n  n_fixed(["fixed"])\n  n_sum{{"sum"}}\n  n_words{{"words"}}\n',
    )
    expect(mermaid).toContain('  n_look[("look")]\n  n_agent[["agent<br/>flow inner"]]\n')
    const dot = drawDot(compiled, undefined)
    expect(dot).toContain('"fixed" [label="fixed", style=rounded]')
    expect(dot).toContain('"sum" [label="sum", shape=hexagon]')
    expect(dot).toContain('"look" [label="look", shape=cylinder')
    expect(dot).toContain('"agent" [label="agent\\nflow inner", peripheries=2]')
    const svg = drawSvg(compiled, undefined)
    for (const deed of ['value', 'function tools.js#add', 'command wc', 'search wiki', 'flow inner'])
      expect(svg).toContain(`>${deed}<`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
