import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { startFaultServer, type FaultServer } from '../servers/fault-server.ts'
import { answer, LAST_PIECE, piece, STREAM_HEAD } from '../servers/openai-wire.ts'
import { llmflows } from './plain-io.ts'

let server: FaultServer

beforeAll(async () => {
  server = await startFaultServer((exchange) => {
    const { messages } = JSON.parse(exchange.request.body) as { messages: { content: string }[] }
    exchange.write(STREAM_HEAD)
    exchange.write(piece(answer(exchange, [`${messages.at(-1)?.content ?? ''}!`])))
    exchange.write(LAST_PIECE)
  })
})
afterAll(() => server.close())

function folder(): string {
  const cwd = mkdtempSync(join(tmpdir(), 'llmflows-recorded-'))
  onTestFinished(() => rmSync(cwd, { recursive: true, force: true }))
  writeFlow(cwd)
  return cwd
}

function writeFlow(cwd: string, first = 'one {topic}'): void {
  const llms = { fake: { provider: 'openai-compatible', base_url: server.baseUrl, model: 'm' } }
  const steps = { one: { prompt: first }, two: { prompt: 'two {one}' } }
  writeFileSync(join(cwd, 'flow.yaml'), JSON.stringify({ llmflows: 1, name: 'recorded', llms, steps }))
}

const run = (cwd: string, ...args: readonly string[]) =>
  llmflows(['run', join(cwd, 'flow.yaml'), '--topic', 'rain', '--compact', '--no-journal', ...args], { cwd })

test('a run that was recorded is replayed without a call, and costs nothing', async () => {
  const cwd = folder()
  const tape = join(cwd, 'tape')
  const first = await run(cwd, '--record', tape)
  expect(first.exitCode).toBe(0)
  const before = server.requests.length
  const files = readdirSync(join(tape, 'recorded'))
  expect(files).toEqual([
    expect.stringMatching(/^one-\w{10}\.json$/),
    expect.stringMatching(/^two-\w{10}\.json$/),
  ])
  const second = await run(cwd, '--replay', tape)
  expect(second).toMatchObject({ exitCode: 0, stderr: '' })
  expect(server.requests.length).toBe(before)
  const [recorded, replayed] = [first, second].map(({ stdout }) => JSON.parse(stdout) as { outputs: unknown })
  expect(replayed!.outputs).toEqual(recorded!.outputs)
  expect(replayed).toMatchObject({ usage: { calls: 0, cost: 0, unpriced_calls: 0 } })
})

test('recording the same again changes no file', async () => {
  const cwd = folder()
  const tape = join(cwd, 'tape')
  const texts = (): readonly string[] =>
    readdirSync(join(tape, 'recorded')).map((name) => readFileSync(join(tape, 'recorded', name), 'utf8'))
  await run(cwd, '--record', tape)
  const before = texts()
  await run(cwd, '--record', tape)
  expect(texts()).toEqual(before)
  expect(before.join()).not.toMatch(/req_fault|chatcmpl/)
})

test('what was not recorded fails, shows what was asked otherwise, and calls nobody', async () => {
  const cwd = folder()
  const tape = join(cwd, 'tape')
  await run(cwd, '--record', tape)
  const before = server.requests.length
  writeFlow(cwd, 'first of all {topic}')
  const { exitCode, stderr } = await run(cwd, '--replay', tape)
  expect([exitCode, server.requests.length]).toEqual([1, before])
  expect(stderr).toContain(`error: step "one" failed: there is no recording of this call in "${tape}"`)
  expect(stderr).toMatch(/the nearest is .*tape\/recorded\/one-\w{10}\.json; what was asked differs by/)
  expect(stderr).toMatch(/-.*one rain[^]*\+.*first of all rain/)
})

test('a key is not needed to replay, and a folder is', async () => {
  const cwd = folder()
  const tape = join(cwd, 'tape')
  await run(cwd, '--record', tape)
  const text = readFileSync(join(cwd, 'flow.yaml'), 'utf8')
  writeFileSync(join(cwd, 'flow.yaml'), text.replace(`"base_url"`, '"api_key_env":"OTHER_KEY","base_url"'))
  expect((await run(cwd)).exitCode).toBe(2)
  expect((await run(cwd, '--replay', tape)).exitCode).toBe(0)
  expect((await run(cwd, '--replay', join(cwd, 'none'))).exitCode).toBe(2)
  expect((await run(cwd, '--replay', tape, '--record', tape)).stderr).toContain('exclude each other')
})

test('a store that is elsewhere is not asked in a replay', async () => {
  const cwd = folder()
  const tape = join(cwd, 'tape')
  await run(cwd, '--record', tape)
  const flow = {
    llmflows: 1,
    name: 'recorded',
    embeddings: { far: { provider: 'openai-compatible', base_url: server.baseUrl, model: 'm' } },
    vector_stores: { docs: { embeddings: 'far' } },
    steps: { found: { search: 'docs', query: '{topic}' } },
  }
  writeFileSync(join(cwd, 'flow.yaml'), JSON.stringify(flow))
  const before = server.requests.length
  const { exitCode, stderr } = await run(cwd, '--replay', tape)
  expect([exitCode, server.requests.length]).toEqual([2, before])
  expect(stderr).toContain('a replay calls nobody, and what vector store "docs" answers is not recorded')
})
