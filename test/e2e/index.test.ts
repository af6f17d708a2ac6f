import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llmflows, onTerminal, start } from './llmflows.ts'

const flow = `llmflows: 1
name: ask
embeddings:
  words: { provider: scripted }
vector_stores:
  wiki: { embeddings: words }
  notes: { embeddings: words }
steps:
  found: { search: wiki, query: "{question}", top_k: 1 }
  also: { search: notes, query: "{question}", on_empty: continue }
`

function folder(files: Readonly<Record<string, string>> = {}): string {
  const cwd = mkdtempSync(join(tmpdir(), 'llmflows-index-'))
  const all = {
    'flow.yaml': flow,
    'docs/cats.md': '# Cats\n\nCats purr.\n',
    'docs/dogs.txt': 'Dogs bark.\n',
    ...files,
  }
  for (const [name, text] of Object.entries(all)) {
    mkdirSync(join(cwd, name, '..'), { recursive: true })
    writeFileSync(join(cwd, name), text)
  }
  return cwd
}

test('index fills a store, says what it did as JSON, and a run finds it', async () => {
  const cwd = folder()
  const first = await llmflows(['index', 'docs', '--store', 'flow.yaml#wiki'], { cwd })
  expect(first).toMatchObject({ status: 0, stderr: '' })
  expect(JSON.parse(first.stdout)).toEqual({
    llmflows: 1,
    flow: 'ask',
    store: 'wiki',
    embeddings: { provider: 'scripted', model: 'scripted' },
    files: 2,
    documents: 2,
    written: 2,
    unchanged: 0,
    removed: 0,
    usage: { calls: 2, input_tokens: 5, cost: 0 },
    problems: [],
    error: null,
  })
  const ran = await llmflows(
    ['run', 'flow.yaml', '--question', 'do dogs bark', '--select', 'outputs.found'],
    { cwd },
  )
  expect(ran.status).toBe(0)
  expect(JSON.parse(ran.stdout)).toMatchObject([
    { id: 'docs/dogs.txt#0', text: 'Dogs bark.', metadata: { path: 'docs/dogs.txt', line: 1 } },
  ])
  rmSync(join(cwd, 'docs/dogs.txt'))
  const second = await llmflows(['index', 'docs', '--store', 'flow.yaml#wiki', '--prune'], { cwd })
  expect(JSON.parse(second.stdout)).toMatchObject({ written: 0, unchanged: 1, removed: 1 })
})

test('a file that cannot be read is said, the others are indexed, and the exit code is 1', async () => {
  const cwd = folder({ 'docs/bad.jsonl': '{"text": 1}\n' })
  const { status, stdout, stderr } = await llmflows(
    ['index', 'docs', 'nowhere', '--store', 'flow.yaml#wiki'],
    { cwd },
  )
  expect(status).toBe(1)
  expect(stderr).toBe('error: docs/bad.jsonl:1: the line has no "text"\nerror: nowhere: does not exist\n')
  expect(JSON.parse(stdout)).toMatchObject({
    written: 2,
    problems: [{ place: 'docs/bad.jsonl:1' }, { place: 'nowhere', problem: 'does not exist' }],
  })
})

test.each([
  [['docs'], '--store is missing', 'such as --store flow.yaml#wiki'],
  [
    ['docs', '--store', 'flow.yaml'],
    'flow.yaml has several vector stores',
    'say which: --store flow.yaml#wiki',
  ],
  [['docs', '--store', 'flow.yaml#wikki'], 'flow.yaml has no vector store "wikki"', 'did you mean "wiki"?'],
  [
    ['docs', '--store', 'flow.yaml#wiki', '--chunk-size', '7'],
    'option "--chunk-size" must be a whole number from 100 to 100000, not "7"',
    undefined,
  ],
  [['--store', 'flow.yaml#wiki'], 'file is missing', undefined],
])('llmflows index %j is told what is wrong, exit code 2', async (args, message, help) => {
  const cwd = folder()
  const { status, stdout, stderr } = await llmflows(['index', ...args], { cwd })
  expect(stderr).toContain(message)
  if (help !== undefined) expect(stderr).toContain(`help: ${help}`)
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
})

test('a store that may not be used is refused before anything is read', async () => {
  const elsewhere = flow.replace(
    'wiki: { embeddings: words }',
    'wiki: { provider: chroma, url: "https://theirs.example" }',
  )
  const cwd = folder({ 'flow.yaml': elsewhere })
  const { status, stdout, stderr } = await llmflows(['index', 'docs', '--store', 'flow.yaml#wiki'], { cwd })
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  expect(stderr).toContain('--allow-host theirs.example')
})

test('killed at any time, it goes on where it was', async () => {
  const lines = Array.from({ length: 20_000 }, (_, n) =>
    JSON.stringify({ text: `document ${n}`, id: `d${n}` }),
  )
  const cwd = folder({ 'docs/many.jsonl': lines.join('\n') })
  const args = ['index', 'docs', '--store', 'flow.yaml#wiki', '-q']
  const child = start(args, { cwd })
  const path = join(cwd, '.llmflows/wiki.sqlite-wal')
  // As soon as something has been written.
  const size = (): number => {
    try {
      return readFileSync(path).length
    } catch {
      return 0
    }
  }
  await new Promise<void>((resolve) => {
    const timer = setInterval(() => {
      if (size() < 100_000 && child.exitCode === null) return
      clearInterval(timer)
      resolve()
    }, 5)
  })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGKILL')
  await ended
  const { status, stdout } = await llmflows(args, { cwd })
  expect(status).toBe(0)
  const { documents, written, unchanged } = JSON.parse(stdout) as Record<string, number>
  expect(documents).toBe(20_002)
  expect(unchanged).toBeGreaterThan(0)
  expect((written ?? 0) + (unchanged ?? 0)).toBe(20_002)
  const third = await llmflows(args, { cwd })
  expect(JSON.parse(third.stdout)).toMatchObject({ written: 0, unchanged: 20_002 })
})

test('on a terminal one line says how far it is, and is gone at the end', async () => {
  const lines = Array.from({ length: 3000 }, (_, n) => JSON.stringify({ text: `document ${n}` }))
  const cwd = folder({ 'docs/many.jsonl': lines.join('\n') })
  const shown = await onTerminal('llmflows index docs --store flow.yaml#wiki > summary.json', { cwd })
  expect(shown.stdout).toMatch(/\d+ documents, \d+ embedded {2}docs\/many\.jsonl/)
  expect(shown.stdout.trimEnd().endsWith('\u001B[K')).toBe(true)
  expect(JSON.parse(readFileSync(join(cwd, 'summary.json'), 'utf8'))).toMatchObject({ written: 3002 })
})

test('Tab completes files, options, and the stores of a flow', async () => {
  const cwd = folder()
  const complete = async (...words: readonly string[]): Promise<string> =>
    (await llmflows(['__complete', 'fish', ['llmflows', ...words].join(' ')], { cwd })).stdout
  expect(await complete('ind')).toContain('index')
  expect(await complete('index', 'do')).toContain('docs/')
  expect(await complete('index', 'docs', '--pr')).toContain('--prune')
  expect(await complete('index', 'docs', '--store', 'fl')).toContain('flow.yaml')
  expect(await complete('index', 'docs', '--store', 'flow.yaml#')).toMatch(
    /flow\.yaml#wiki[^]*flow\.yaml#notes/,
  )
})
