import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { bin, folderWith, greetFlow, llmflows, onTerminal, shell } from './llmflows.ts'

const small = 'llmflows: 1\nname: small\nsteps:\n  a: { value: x }\n'
const cwd = folderWith({
  'small.yaml': small,
  'greet.yaml': greetFlow,
  'twice.json': '{"who":"1","who":"2"}',
  'other': '',
})

describe('what cannot be read is said in words, with exit code 2:', () => {
  test.each([
    [
      'mkdir -p g; cd g; rmdir ../g; llmflows validate ../small.yaml',
      'the working folder does not exist any more',
    ],
    ['llmflows validate - < /tmp', 'standard input cannot be read: it is a folder'],
    ['llmflows validate - 0> other', 'standard input cannot be read: it is not open for reading'],
    [
      'llmflows run greet.yaml --inputs twice.json',
      'inputs file "twice.json" has the key "who" twice in one object',
    ],
    [
      `llmflows run greet.yaml --who x --extra '{"a":1,"a":2}'`,
      'input "extra" has the key "a" twice in one object',
    ],
    [`llmflows run small.yaml --set "$(printf 'a.%.0s' {1..20000})b=1"`, 'has 20001 parts, and may have 64'],
    [`llmflows run small.yaml --select "outputs.$(printf 'a%.0s' {1..60000})"`, 'has no "'],
  ])('%s', async (command, message) => {
    const { status, stdout, stderr } = await shell(command, { cwd })
    expect(stderr).toContain(message)
    expect(stderr.length).toBeLessThan(3000)
    expect(stderr).not.toMatch(/internal error|\bE[A-Z]{4,}\b|\n {4}at /)
    expect([status, stdout]).toEqual([2, ''])
  })
})

test.each([
  ['TERM', 143],
  ['HUP', 129],
])('SIG%s at the prompt for an input leaves the terminal on a line of its own', async (signal, code) => {
  const command = `timeout --foreground --preserve-status -s ${signal} 1 '${process.execPath}' '${bin}' run greet.yaml; echo "exit $?"`
  // Nothing is typed, but the terminal stays open.
  const { stdout } = await onTerminal(command, { cwd, typed: { after: 'never', keys: '' } })
  expect(stdout).toMatch(new RegExp(String.raw`Whom to greet[^\n]*\r?\n.*exit ${code}\s*$`, 's'))
})

test('what a template file cannot be called, and what a format forbids, is said once', async () => {
  const folder = folderWith({ 'small.yaml': small })
  const flow = (template: string, forEach: string): string =>
    `llmflows: 1\nname: odd\ntemplates: { t: { file: ${template} } }\nsteps:\n  a: { template: t, for_each: ${forEach} }\n`
  writeFileSync(join(folder, 'nul.yaml'), flow(String.raw`"a\0b"`, '2'))
  const nul = await llmflows(['validate', 'nul.yaml'], { cwd: folder })
  expect(nul.stderr).toContain('template file "a␀b" has a NUL character in its name, as no file can\n')
  writeFileSync(join(folder, 'empty.yaml'), flow('""', '1000000000'))
  const empty = await llmflows(['validate', 'empty.yaml'], { cwd: folder })
  expect(empty.stderr).toContain('is not valid (2 errors)\n')
})
