import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, greetFlow, llmflows, start, ended, shell } from './llmflows.ts'

const cwd = folderWith({ 'greet.yaml': greetFlow, 'name.txt': 'Ann\nLee\n', 'tags.json': '["a", "b"]' })

async function inputsOf(args: readonly string[], stdin?: string): Promise<unknown> {
  const { stdout, stderr, status } = await llmflows(
    ['run', 'greet.yaml', ...args, '--select', 'inputs', '--compact'],
    { cwd, ...(stdin === undefined ? {} : { stdin }) },
  )
  expect(stderr).toBe('')
  expect(status).toBe(0)
  return JSON.parse(stdout)
}

const defaults = { times: 1, share: 0.5, loud: false, tags: [], extra: {}, tone: 'warm', verbose: 'none' }

describe('an input', () => {
  test.each<readonly [readonly string[], object]>([
    [['--who', 'Ann'], { who: 'Ann' }],
    [['--who=--loud'], { who: '--loud' }],
    [['--who', ''], { who: '' }],
    [['--who', '7'], { who: '7' }],
    [['--who', '-7', '--times', '2', '--share', '-0.25'], { who: '-7', times: 2, share: -0.25 }],
    [['--who', 'x', '--loud'], { who: 'x', loud: true }],
    [['--loud', 'false', '--who', 'x'], { who: 'x', loud: false }],
    [['--who', 'x', '--tags', 'a', '--tags', 'b, c'], { who: 'x', tags: ['a', 'b, c'] }],
    [['--who', 'x', '--tags', '["a", "b"]'], { who: 'x', tags: ['a', 'b'] }],
    [['--who', 'x', '--tags', '@tags.json'], { who: 'x', tags: ['a', 'b'] }],
    [['--who', 'x', '--extra', '{"a": [1, null]}'], { who: 'x', extra: { a: [1, null] } }],
    [['--who', '@name.txt'], { who: 'Ann\nLee' }],
    [['--who', '@@name'], { who: '@name' }],
    [['--input', 'who=a=b', '--input', 'verbose=loud'], { who: 'a=b', verbose: 'loud' }],
    [['--who', '__proto__'], { who: '__proto__' }],
  ])('is read from %j', async (args, expected) => {
    expect(await inputsOf(args)).toEqual({ ...defaults, ...expected })
  })

  test('comes from a pipe with -, without its last line break', async () => {
    expect(await inputsOf(['--who', '-'], 'Ann\n')).toEqual({ ...defaults, who: 'Ann' })
  })

  test('comes from --inputs, and what the command line says wins', async () => {
    const given = JSON.stringify({ who: 'Ann', times: 3, tags: ['x'] })
    expect(await inputsOf(['--inputs', '-', '--times', '4'], given)).toEqual({
      ...defaults,
      who: 'Ann',
      times: 4,
      tags: ['x'],
    })
    writeFileSync(join(cwd, 'inputs.json'), given)
    expect(await inputsOf(['--inputs', 'inputs.json'])).toEqual({
      ...defaults,
      who: 'Ann',
      times: 3,
      tags: ['x'],
    })
  })
})

test('a flow comes from stdin, and from a folder with a flow.yaml', async () => {
  const fromStdin = await llmflows(['run', '-', '--who', 'Ann', '--select', 'flow'], {
    cwd,
    stdin: greetFlow,
  })
  expect(fromStdin).toEqual({ status: 0, stdout: '"greet"\n', stderr: '' })
  const folder = folderWith({ 'flow.yaml': greetFlow })
  const fromFolder = await llmflows(['run', folder, '--who', 'Ann', '--select', 'flow'], { cwd })
  expect(fromFolder).toEqual({ status: 0, stdout: '"greet"\n', stderr: '' })
})

test('a folder with a flow.yaml needs no flow to be named, and one that is named wins', async () => {
  const folder = folderWith({
    'flow.yaml': greetFlow,
    'other.yaml': greetFlow.replace('name: greet', 'name: other'),
  })
  const flowOf = async (...args: string[]): Promise<string> =>
    (await llmflows(['run', ...args, '--select', 'flow', '-q'], { cwd: folder })).stdout
  expect(await flowOf('--who', 'Ann')).toBe('"greet"\n')
  expect(await flowOf('--compact', '--who', 'Ann')).toBe('"greet"\n')
  expect(await flowOf('other.yaml', '--who', 'Ann')).toBe('"other"\n')
  const { stderr, status } = await llmflows(['run'], { cwd: folder })
  expect({ stderr, status }).toEqual({
    status: 2,
    stderr: `error: input "who" is missing (Whom to greet)\n  help: llmflows run flow.yaml --who "…"\n`,
  })
})

test.each([
  [`llmflows run <(yes 'llmflows: 1')`, 'has more than 1048576 bytes, and a flow file may have 1048576'],
  [`llmflows validate <(yes 'llmflows: 1')`, 'has more than 1048576 bytes, and a flow file may have 1048576'],
  ['llmflows run greet.yaml --who @<(yes)', 'for input "who" has more than 67108864 bytes'],
])('a pipe that never ends is read up to the limit: %s', async (command, message) => {
  const { status, stderr } = await shell(command, { cwd })
  expect(stderr).toContain(message)
  expect(status).toBe(2)
})

test('a stdin that nobody closes keeps nothing waiting', async () => {
  const child = start(['run', 'greet.yaml', '--who', 'Ann', '--select', 'flow'], { cwd })
  expect(await ended(child)).toEqual({ status: 0, stdout: '"greet"\n', stderr: '' })
})

test('the help of a flow lists its inputs with types, defaults and descriptions, within 80 columns', async () => {
  const { status, stdout, stderr } = await llmflows(['run', 'greet.yaml', '--help'], { cwd })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const inputs = stdout.slice(stdout.indexOf('Inputs:'), stdout.indexOf('Giving inputs:'))
  expect(inputs.replace(/ +$/gm, '')).toBe(`Inputs:
  --who TEXT            Whom to greet (required)
  --times INTEGER       default: 1
  --share NUMBER        default: 0.5
  --loud [true|false]   default: false
  --tags ITEM           once for each item, or a JSON list; default: []
  --extra JSON          default: {}
  --tone TEXT           one of "warm", "cold"; default: "warm"
  --input verbose=TEXT  default: "none"

`)
  expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})
