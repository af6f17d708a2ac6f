import { execFile } from 'node:child_process'
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogue } from '../src/diagnostics/catalogue.ts'
import { checkSource, criticalPath, renderDiagnostics, sourceOf } from '../src/index.ts'
import { startFaultServer, type FaultServer } from './servers/fault-server.ts'
import * as wire from './servers/openai-wire.ts'

const readme = readFileSync('README.md', 'utf8')

interface Block {
  readonly language: string
  readonly text: string
}

const blocks: readonly Block[] = Array.from(
  readme.matchAll(/^```(\w*)\n(.*?)^```$/gms),
  ([, language = '', text = '']) => ({
    language,
    text,
  }),
)

const flows = blocks.filter(({ language }) => language === 'yaml').map(({ text }) => text)

function check(text: string) {
  const source = sourceOf('poem.yaml', Buffer.from(text))
  if (!source.ok) throw new Error(source.message)
  return checkSource(source)
}

test('the first two shell blocks are one line each: one runs the soundtrack flow, one runs the tests', () => {
  const [run, tests] = blocks.filter(({ language }) => language === 'sh').map(({ text }) => text)
  expect(run).toBe(
    'npm ci && node bin/llmflows.js run flows/soundtrack.yaml --topic friendship --offline --verbose\n',
  )
  expect(tests).toBe('npm ci && npm test\n')
})

test('the flows in the README are right, but for the one that is shown to be wrong', () => {
  expect(flows).toHaveLength(4)
  const wrong = flows.filter((text) => check(text).compiled === undefined)
  expect(wrong).toHaveLength(1)
  const [first, , ...others] = flows.map((text) => check(text))
  expect(first?.diagnostics).toEqual([])
  expect(others.map(({ diagnostics }) => diagnostics)).toEqual([[], []])
  expect(criticalPath(first!.compiled!.graph)).toHaveLength(2)
})

test('what the README says of the wrong flow is what llmflows says', () => {
  const wrong = flows.find((text) => check(text).compiled === undefined) ?? ''
  const output = blocks.find(({ text }) => text.startsWith('poem.yaml:'))?.text
  const said = renderDiagnostics(check(wrong).diagnostics)
  expect(output).toBe(`${said}\n✖ poem.yaml is not valid (4 errors)\n`)
})

test('the README counts the codes', () => {
  expect(readme.replaceAll('\n', ' ')).toContain(`there are ${Object.keys(catalogue).length} codes`)
})

test('the table of codes is the catalogue', () => {
  const rows = Array.from(readme.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm), ([, code = '', meaning = '']) => [
    code,
    meaning.replaceAll('\\|', '|'),
  ])
  const table = rows.filter(([code = '']) => Object.hasOwn(catalogue, code))
  expect(Object.fromEntries(table)).toEqual(catalogue)
})

test('every link in the README leads somewhere', () => {
  for (const [, target = ''] of readme.matchAll(/\]\(([^)]+)\)/g)) {
    if (!target.startsWith('http')) expect(() => readFileSync(target, 'utf8'), target).not.toThrow(/ENOENT/)
  }
})

let server: FaultServer
let folder: string
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'llmflows-readme-'))
  cpSync('flows', join(folder, 'flows'), { recursive: true })
  copyFileSync('README.md', join(folder, 'README.md'))
  server = await startFaultServer((exchange) => {
    const body = wire.answer(exchange, ['an answer'])
    exchange.write(wire.http({ headers: { 'content-type': 'text/event-stream' }, body }))
  })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ text }) => text.split('\n'))
  .filter((line) => line.startsWith('llmflows '))

test('the README shows commands', () => {
  expect(commands.length).toBeGreaterThan(6)
})

test.each(commands)('%s', async (command) => {
  const env = {
    PATH: process.env['PATH'],
    OPENAI_API_KEY: 'sk-test-not-a-real-key',
    OPENAI_BASE_URL: server.baseUrl,
    LLMFLOWS: resolve('bin/llmflows.js'),
  }
  const script = `set -e\nllmflows() { node "$LLMFLOWS" "$@"; }\n${command}\n`
  const { code, stderr } = await new Promise<{ code: unknown; stderr: string }>((done) => {
    execFile('bash', ['-c', script], { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, _, text) =>
      done({ code: error?.code ?? 0, stderr: text }),
    )
  })
  expect(code, stderr).toBe(0)
})

test('the library example runs', async () => {
  const example = blocks.find(({ language }) => language === 'js')?.text ?? ''
  const script = example.replace("'llmflows'", JSON.stringify(resolve('dist/index.js')))
  const env = { OPENAI_API_KEY: 'sk-test-not-a-real-key', OPENAI_BASE_URL: server.baseUrl }
  const output = await new Promise<string>((done, fail) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', script],
      { cwd: folder, env },
      (error, stdout) => (error === null ? done(stdout) : fail(error)),
    )
  })
  expect(output).toBe('succeeded an answer\n')
})
