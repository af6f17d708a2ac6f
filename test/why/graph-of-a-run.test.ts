import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llmflows } from '../cli/plain-io.ts'
import { cooked, kitchen } from './kitchen.ts'

const result = await cooked()
const path = join(mkdtempSync(join(tmpdir(), 'llmflows-')), 'result.json')
writeFileSync(path, JSON.stringify(result))

test('a graph is coloured by a result', async () => {
  const { stdout, stderr, exitCode } = await llmflows(['graph', '-', '--result', path], { stdin: kitchen })
  expect(stdout).toContain('kitchen: failed after 0.36s; ')
  expect(stdout).toContain(' 2 ● ✔ chop ×5   0.30s   ← shop\n   ○ ✖ burn      0.00s   ← shop\n')
  expect([stderr, exitCode]).toEqual(['', 0])
  const svg = await llmflows(['graph', '-', '--result', path, '-f', 'svg'], { stdin: kitchen })
  expect(svg.stdout).toMatch(/^<svg [^]*>blocked<\/text>[^]*<\/svg>\n$/)
})

test.each([
  ['name: kitchen', 'name: cellar', 'it is of the flow "kitchen", not of "cellar"'],
  ['  shop: { value: [1] }', '  store: { value: [1], output_key: shop }', 'it has a step "shop"'],
  ['steps:', 'steps:\n  wash: { value: 1 }', 'it has no step "wash"'],
])('a result of another flow is an error: %s → %s', async (from, to, why) => {
  const { stdout, stderr, exitCode } = await llmflows(['graph', '-', '--result', path], {
    stdin: kitchen.replace(from, to),
  })
  expect(stderr).toContain(`error: the result "${path}" cannot be drawn: ${why}`)
  expect([stdout, exitCode]).toEqual(['', 2])
})
