import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ended, folderWith, llmflows, start } from './llmflows.ts'

function flow(steps: string, files: Readonly<Record<string, string>> = {}): string {
  const cwd = folderWith({ 'flow.yaml': `llmflows: 1\nname: code\n${steps}`, ...files })
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  return cwd
}

/** One that has ended stays a zombie where nobody waits for it. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test('what functions print goes to stderr, moves no cursor and shows no key; stdout is the result', async () => {
  const cwd = flow(
    'steps:\n  talk: { function: ./talk.ts }\nhooks: [{ on: run-finished, function: ./talk.ts#hook }]',
    {
      'talk.ts': `export default (): string => {
  console.log('one\\u001b[2J', process.env.OPENAI_API_KEY)
  process.stdout.write('two\\n')
  return 'done'
}
export const hook = (event: { type: string }): void => console.error('hook', event.type)`,
    },
  )
  const { status, stdout, stderr } = await llmflows(
    ['run', 'flow.yaml', '--select', 'outputs', '--compact'],
    {
      cwd,
      env: { OPENAI_API_KEY: 'sk-test-not-a-real-key' },
    },
  )
  expect(stdout).toBe('{"talk":"done"}\n')
  expect(stderr).toContain('one␛[2J [redacted]\ntwo\n')
  expect(stderr).toContain('hook run-finished\n')
  expect(status).toBe(0)
})

test('-q shows nothing of it', async () => {
  const cwd = flow('steps:\n  talk: { function: ./talk.js }', {
    'talk.js': 'module.exports = () => { console.log("noise"); return 1 }',
  })
  const { stdout, stderr } = await llmflows(['run', 'flow.yaml', '-q', '--select', 'outputs.talk'], { cwd })
  expect([stdout, stderr]).toEqual(['1\n', ''])
})

test('--no-code names each step that would run code, and runs none of it', async () => {
  const cwd = flow('steps:\n  f: { function: ./mark.mjs }\n  c: { command: [touch, ran] }', {
    'mark.mjs': 'import { writeFileSync } from "node:fs"; writeFileSync("ran", ""); export default () => 1',
  })
  const { status, stdout, stderr } = await llmflows(['run', 'flow.yaml', '--no-code'], { cwd })
  expect([status, stdout]).toEqual([2, ''])
  expect(stderr).toBe(`error: step "f" runs a function, and no code may run
  help: run it without --no-code if you trust the flow
error: step "c" runs a program, and no code may run
  help: run it without --no-code if you trust the flow
`)
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
})

test('validate runs no line of a module', async () => {
  const cwd = flow('steps:\n  f: { function: ./mark.mjs }', {
    'mark.mjs': 'import { writeFileSync } from "node:fs"; writeFileSync("ran", ""); export default () => 1',
  })
  expect((await llmflows(['validate', 'flow.yaml'], { cwd })).status).toBe(0)
  expect(existsSync(join(cwd, 'ran'))).toBe(false)
})

test('Ctrl-C ends a function that computes for ever and a program that ignores signals, and the result is there', async () => {
  const cwd = flow(
    `steps:
  spin: { function: ./spin.mjs }
  deaf: { command: [sh, -c, "trap '' TERM INT; echo $$ > pid; sleep 60"] }`,
    { 'spin.mjs': 'export default () => { console.log("spinning"); for (;;); }' },
  )
  const child = start(['run', 'flow.yaml', '--compact'], { cwd })
  const pid = (): string =>
    existsSync(join(cwd, 'pid')) ? readFileSync(join(cwd, 'pid'), 'utf8').trim() : ''
  while (pid() === '') await new Promise((resolve) => setTimeout(resolve, 20))
  child.kill('SIGINT')
  const { status, stdout } = await ended(child)
  expect(status).toBe(130)
  const result = JSON.parse(stdout) as { status: string; steps: Record<string, { status: string }> }
  expect(result.status).toBe('cancelled')
  expect(isRunning(Number(pid()))).toBe(false)
})

test('a second Ctrl-C ends the program at once, and what it has started with it', async () => {
  const cwd = flow(`steps:\n  deaf: { command: [sh, -c, "trap '' TERM INT; echo $$ > pid; sleep 60"] }`)
  const child = start(['run', 'flow.yaml'], { cwd })
  const pid = (): string =>
    existsSync(join(cwd, 'pid')) ? readFileSync(join(cwd, 'pid'), 'utf8').trim() : ''
  while (pid() === '') await new Promise((resolve) => setTimeout(resolve, 20))
  let told = ''
  child.stderr?.on('data', (bytes: Buffer) => {
    told += bytes.toString()
    if (told === 'stopping; interrupt again to exit at once\n') child.kill('SIGINT')
  })
  child.kill('SIGINT')
  expect((await ended(child)).status).toBe(130)
  while (isRunning(Number(pid()))) await new Promise((resolve) => setTimeout(resolve, 20))
})

test('a step that has run is not run again when its run is resumed', async () => {
  const cwd = flow(
    `steps:
  count: { command: [sh, -c, "echo x >> ran; wc -l < ran"] }
  add: { function: ./add.mjs, with: { n: "{count}" } }
  last: { command: [sh, -c, "test -e ready && echo {{fine}}"], stdin: "{add}" }`,
    {
      'add.mjs':
        'import { appendFileSync } from "node:fs"; export default ({ n }) => { appendFileSync("added", "x"); return Number(n) + 1 }',
    },
  )
  expect((await llmflows(['run', 'flow.yaml'], { cwd })).status).toBe(1)
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(cwd, 'ready'), '')
  const { status, stdout, stderr } = await llmflows(
    ['run', 'flow.yaml', '--resume', '--compact', '--select', 'outputs'],
    {
      cwd,
    },
  )
  expect([status, stderr.includes('error')]).toEqual([0, false])
  expect(JSON.parse(stdout)).toEqual({ count: '1', add: 2, last: '{fine}' })
  expect(readFileSync(join(cwd, 'added'), 'utf8')).toBe('x')
})
