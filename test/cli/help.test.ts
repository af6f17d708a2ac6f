import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { examples } from '../../src/cli/examples.ts'
import { llmflows } from './plain-io.ts'

const commands = ['run', 'plan', 'chat', ...examples.keys()]

describe('the help of every command', () => {
  test.each(commands)('%s has examples, one shape and at most 80 columns', async (command) => {
    const { stdout, stderr, exitCode } = await llmflows([command, '--help'])
    expect([stderr, exitCode]).toEqual(['', 0])
    expect(stdout).toMatch(new RegExp(`^Examples:\n(?:  .*\n)*?  .*llmflows ${command}`, 'm'))
    expect(stdout).toMatch(new RegExp(`^Usage: llmflows ${command} .*\\[options\\]$`, 'm'))
    expect(stdout).toMatch(/^ {2}-h, --help +show this help$/m)
    // Only shells write <(…).
    expect(stdout).not.toMatch(/<[^(]/)
    const named = stdout.matchAll(/^ {2}(?:-\w, )?--[\w-]+ (\S+) {2}/gm)
    for (const [, value] of named) expect(value).toMatch(/^(?:[A-Z.=]+|\[[A-Z]+\])$/)
    expect(Math.max(...stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })

  test('run says where a result is kept that could not be written', async () => {
    expect((await llmflows(['run', '--help'])).stdout).toContain('is kept in llmflows-RUN_ID.json')
  })
})

test.each([
  [
    ['schema', 'flow', 'x'],
    'error: too many arguments for "schema"\n  help: llmflows schema [NAME] [options]\n',
  ],
  [['why'], 'error: STEP is missing\n  help: llmflows why STEP [RESULT] [options]\n'],
])('a command line that does not fit shows the usage: %j', async (args, said) => {
  const cwd = mkdtempSync(join(tmpdir(), 'llmflows-'))
  expect(await llmflows(args, { cwd })).toEqual({ stdout: '', stderr: said, exitCode: 2 })
})
