import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createWitness } from '../../src/reporters/why.ts'
import { plainPalette } from '../../src/source/palette.ts'
import { width } from '../../src/source/width.ts'
import { llmflows } from '../cli/plain-io.ts'
import { cooked, goodKitchen, kitchen } from './kitchen.ts'

const plain = { palette: plainPalette, columns: 80 }

const burnt = await cooked()
const good = await cooked({}, goodKitchen)
const late = await cooked({}, goodKitchen.replace('minute: 60', 'minute: 2'))
const cases = [
  ['a-value', burnt, 'shop'],
  ['an-item-that-started-at-once', burnt, 'chop[0]'],
  ['an-item-that-waited-for-a-slot', burnt, 'chop[4]'],
  ['all-items-of-a-step', burnt, 'chop'],
  ['a-retry', burnt, 'stir'],
  ['a-failure-and-what-it-blocked', burnt, 'burn'],
  ['a-blocked-step', burnt, 'menu'],
  ['blocked-items', burnt, 'dish'],
  ['a-limit-in-time', late, 'serve[2]'],
  ['items-with-a-limit-in-time', late, 'serve'],
  ['several-needs', good, 'menu'],
  ['slack', good, 'burn'],
  ['interrupted-while-running', await cooked({ timeoutMs: 150 }), 'chop[2]'],
  ['cancelled-before-it-started', await cooked({ timeoutMs: 150 }), 'stir'],
  ['stopped-at-the-first-failure', await cooked({ failFast: true }), 'chop[4]'],
] as const

test.each(cases)('%s is explained', async (name, result, step) => {
  const text = createWitness(result, plain).why(step)
  await expect(text).toMatchFileSnapshot(`${name}.txt`)
  for (const line of text!.split('\n')) expect(width(line)).toBeLessThanOrEqual(80)
})

test('a step over an empty list is said to have had no items', async () => {
  const text = kitchen
    .replace('llms:', 'inputs: { list: { type: array, default: [] } }\nllms:')
    .replace('for_each: 5', 'for_each: "{list}"')
  const witness = createWitness(await cooked({}, text), plain)
  expect(witness.why('stir')).toContain('It needs "chop"; "chop" had no items to run for.\n')
})

test('calls that share this machine have no slack', () => {
  const model_config = { ...good.steps['burn']!.model_config!, provider: 'embedded' }
  const steps = { ...good.steps, burn: { ...good.steps['burn']!, model_config } }
  const text = createWitness({ ...good, steps }, plain).why('burn')
  expect(text).toMatch(/\n {2}It is not on the critical path\.\n$/)
})

test('every step and item has an answer', () => {
  const witness = createWitness(burnt, plain)
  expect(witness.known).toEqual(expect.arrayContaining(['shop', 'chop', 'chop[4]', 'serve', 'serve[2]']))
  for (const id of witness.known) expect(witness.why(id)).toMatch(/^[✔✖↷⊘] [^]*\.\n$/)
  expect(witness.why('chp')).toBeUndefined()
})

function resultFile(content: string | Uint8Array): string {
  const path = join(mkdtempSync(join(tmpdir(), 'llmflows-')), 'result.json')
  writeFileSync(path, content)
  return path
}

test('the command answers on stdout, and knows what was meant', async () => {
  const path = resultFile(JSON.stringify(burnt))
  const { stdout, exitCode } = await llmflows(['why', 'stir', path])
  expect([stdout, exitCode]).toEqual([createWitness(burnt, plain).why('stir'), 0])
  expect((await llmflows(['why', 'stir', '-'], { stdin: JSON.stringify(burnt) })).stdout).toBe(stdout)
  const typo = await llmflows(['why', 'sitr', path])
  expect(typo).toEqual({
    stdout: '',
    stderr: 'error: the result has no step "sitr"\n  help: did you mean "stir"?\n',
    exitCode: 2,
  })
  expect((await llmflows(['why', 'zzzzzzzz', path])).stderr).toContain(
    'help: the steps are shop, chop, stir, burn, dish, menu, serve\n',
  )
})

const hostile: [string, string | Uint8Array, string][] = [
  ['nothing', '', 'it is not JSON'],
  ['no JSON', 'flow: x', 'it is not JSON'],
  ['no UTF-8', new Uint8Array([0xff, 0xfe, 0]), 'it is not UTF-8'],
  ['null', 'null', 'it is not an object'],
  ['a list', '[1]', 'it is not an object'],
  ['a flow', '{"llmflows": 1, "name": "x", "steps": {}}', '"flow" is missing'],
  ['another version', JSON.stringify({ ...burnt, llmflows: 2 }), '"llmflows" is not 1'],
  ['steps as a list', JSON.stringify({ ...burnt, steps: [] }), '"steps" is not an object'],
  ['a step that is a text', JSON.stringify({ ...burnt, steps: { a: 'b' } }), '"steps.a" is not an object'],
  [
    'a time without end',
    JSON.stringify(burnt).replace(/"execution_time":[^,]+/, '"execution_time":1e999'),
    '"execution_time" is not',
  ],
  ['depth', '['.repeat(200_000), 'it is not JSON'],
]

test.each(hostile)('%s in the place of a result is a clear error', async (_, content, why) => {
  const { stdout, stderr, exitCode } = await llmflows(['why', 'stir', resultFile(content)])
  expect(stderr).toMatch(/^error: ".*result\.json" is not a result of a run: /)
  expect(stderr).toContain(why)
  expect([stdout, exitCode]).toEqual(['', 2])
})

test('what is not a file that can be read is said', async () => {
  expect((await llmflows(['why', 'a', 'no-such.json'])).stderr).toBe(
    'error: result file "no-such.json" does not exist\n',
  )
  expect((await llmflows(['why', 'a', tmpdir()])).stderr).toContain('is a folder')
})

test('hostile names and circles in a result do no harm', () => {
  const step = burnt.steps['stir']!
  const name = '\u001b[2J\n\u202e'
  const steps = JSON.parse(
    `{"__proto__": ${JSON.stringify({ ...step, name, needs: ['constructor'] })}, "constructor": ${JSON.stringify({ ...step, needs: ['__proto__', 'nobody'] })}}`,
  )
  const witness = createWitness({ ...burnt, steps, critical_path: ['x', '__proto__'] }, plain)
  expect(witness.known).toEqual(['__proto__', 'constructor'])
  for (const id of witness.known) expect(witness.why(id)).not.toMatch(/[\u001b\u202e]/)
  expect(witness.why('toString')).toBeUndefined()
})
