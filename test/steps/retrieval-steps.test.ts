import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { checkSource, loadFlow } from '../../src/graph/load.ts'
import { offline } from '../../src/graph/offline.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { type RunOptions, runFlow } from '../../src/run/run-flow.ts'
import { SourceFile } from '../../src/source/source-file.ts'
import type { Json } from '../../src/source/json.ts'
import type { World } from '../../src/llms/world.ts'
import { recordedServer, type RecordedServer, type Reply } from '../retrieval/recorded-server.ts'

let server: RecordedServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const head = `llmflows: 1
name: ask
embeddings:
  words: { provider: scripted }
vector_stores:
  wiki: { path: wiki.sqlite }
`

const fill = `
steps:
  written:
    index: wiki
    documents: "{documents}"
`
const documents = [
  { id: 'cats', text: 'cats purr and sleep', metadata: { kind: 'pet', legs: 4 } },
  { id: 'dogs', text: 'dogs bark and run', metadata: { kind: 'pet', legs: 4 } },
  { id: 'crows', text: 'crows fly and caw', metadata: { kind: 'wild', legs: 2 } },
  'a text alone has an id that is made of it',
] as const

/** A world in which waiting takes no time, and yet the time has passed. */
function quickWorld(): World {
  let now = 0
  return {
    env: {},
    random: () => 0.5,
    clock: {
      now: () => now,
      date: () => new Date('2026-01-01T00:00:00Z'),
      sleep(ms, signal) {
        now += ms
        return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve()
      },
    },
  }
}

/** Runs steps over a store that is in a folder of its own. */
async function run(
  text: string,
  inputs: Readonly<Record<string, Json>>,
  more: RunOptions & { readonly folder?: string } = {},
) {
  const folder = more.folder ?? mkdtempSync(join(tmpdir(), 'llmflows-steps-'))
  const path = join(folder, 'flow.yaml')
  writeFileSync(path, text)
  const events: RunEvent[] = []
  const { folder: _, ...rest } = more
  const result = await runFlow(await loadFlow(path), {
    inputs,
    env: {},
    reporters: [{ onEvent: (event) => events.push(event) }],
    ...rest,
  })
  return { folder, result, events }
}

async function filled(): Promise<string> {
  const inputs = 'inputs: { documents: { type: array } }\n'
  const { folder, result } = await run(head + inputs + fill, { documents })
  expect(result.status).toBe('succeeded')
  expect(result.outputs['written']).toEqual({ documents: 4 })
  return folder
}

const search = (more: string): string =>
  `${head}steps:\n  found: { search: wiki, query: "{question}"${more} }\n`

describe('a search', () => {
  test('gives what is nearest, best first, and its attempts are in the record', async () => {
    const folder = await filled()
    const { result, events } = await run(search(', top_k: 2'), { question: 'do cats purr' }, { folder })
    const found = result.outputs['found'] as readonly Record<string, Json>[]
    expect(found.map(({ id }) => id)).toEqual(['cats', expect.any(String)])
    expect(found[0]).toEqual({
      id: 'cats',
      text: 'cats purr and sleep',
      score: expect.closeTo(0.577, 2) as number,
      metadata: { kind: 'pet', legs: 4 },
    })
    expect(events.map(({ type }) => type)).toEqual([
      'run-started',
      'step-ready',
      'step-started',
      'attempt-started',
      'attempt-finished',
      'attempt-started',
      'attempt-finished',
      'step-succeeded',
      'run-finished',
    ])
    expect(events.find(({ type }) => type === 'step-started')).toMatchObject({
      prompt: null,
      request: { store: 'wiki', provider: 'local', path: 'wiki.sqlite', query: 'do cats purr', top_k: 2 },
    })
    expect(events.find(({ type }) => type === 'attempt-finished')).toMatchObject({
      model: 'scripted',
      usage: { input_tokens: 3, output_tokens: 0 },
      cost: 0,
      error: null,
    })
    expect(result.usage).toMatchObject({ input_tokens: 3, cost: 0 })
    // The search after the embedding is an attempt of its own, and no retry.
    expect(result.steps['found']?.call_data).toMatchObject({ retries: 0, attempts: [{}, {}] })
  })

  test('takes its filter from variables, and what is no filter then is a failure', async () => {
    const folder = await filled()
    const flow = search(', filter: { kind: "{kind}", legs: { in: "{legs}" } }')
    const inputs = `inputs: { question: {}, kind: { type: string }, legs: { type: array } }\n`
    const text = flow.replace('steps:', `${inputs}steps:`)
    const { result } = await run(text, { question: 'fly', kind: 'wild', legs: [2, 3] }, { folder })
    expect((result.outputs['found'] as readonly Record<string, Json>[]).map(({ id }) => id)).toEqual([
      'crows',
    ])
    const hostile = await run(text, { question: 'fly', kind: `' or 1=1 --`, legs: [[]] }, { folder })
    expect(hostile.result.steps['found']?.error).toMatchObject({ code: 'bad-filter' })
  })

  test('that finds nothing is a failure that says what to do, or an empty list', async () => {
    const folder = await filled()
    const none = ', filter: { kind: none }'
    const strict = await run(search(none), { question: 'x' }, { folder })
    expect(strict.result.steps['found']?.error).toMatchObject({
      code: 'nothing-found',
      message: 'step "found" found nothing in vector store "wiki" that "filter" lets through',
    })
    const lenient = await run(search(`${none}, on_empty: continue`), { question: 'x' }, { folder })
    expect(lenient.result.outputs).toEqual({ found: [] })
    const never = await run(search(''), { question: 'x' })
    expect(never.result.steps['found']?.error?.help).toContain('llmflows index DOCS --store FLOW#wiki')
  })

  test('for nothing is a failure before any call', async () => {
    const { result, events } = await run(search(''), { question: '  ' })
    expect(result.steps['found']?.error).toMatchObject({ code: 'bad-query' })
    expect(events.some(({ type }) => type === 'attempt-started')).toBe(false)
  })

  test('runs for each item of a list', async () => {
    const folder = await filled()
    const text = `${head}inputs: { questions: { type: array } }
steps:
  found: { for_each: "{questions}", search: wiki, query: "{item}", top_k: 1 }
  names: { for_each: "{found}", value: "{item[0].id}" }
`
    const { result } = await run(text, { questions: ['cats purr', 'dogs bark', 'crows caw'] }, { folder })
    expect(result.outputs['names']).toEqual(['cats', 'dogs', 'crows'])
  })
})

describe('embeddings of a server', () => {
  const one: Reply = {
    body: { data: [{ index: 0, embedding: [1, 0] }], model: 'm-1', usage: { prompt_tokens: 1000 } },
  }

  async function asked(replies: readonly Reply[], more: RunOptions = {}, step = '') {
    let call = 0
    server = await recordedServer(() => replies[Math.min(call++, replies.length - 1)] ?? one)
    const text = `llmflows: 1
name: ask
embeddings:
  far: { provider: ollama, model: m, base_url: ${server.url.origin}, price: 2, max_retries: 1 }
vector_stores:
  wiki: { path: wiki.sqlite }
steps:
  written: { index: wiki, documents: ["a"]${step} }
`
    return run(text, {}, { world: quickWorld(), ...more })
  }

  test('are tried again, and both attempts are told', async () => {
    const { result, events } = await asked([{ status: 500, body: { error: 'down' } }, one])
    expect(result.status).toBe('succeeded')
    const attempts = events.filter((event) => event.type === 'attempt-finished')
    expect(attempts).toMatchObject([
      { attempt: 1, error: { code: 'server-error' }, cost: null },
      { attempt: 2, error: null, usage: { input_tokens: 1000 }, model: 'm-1', cost: 0.002 },
      { attempt: 3, error: null, cost: 0 },
    ])
    expect(result.usage.cost).toBeCloseTo(0.002, 6)
  })

  test('that stay away fail the step after its retries', async () => {
    const { result } = await asked([{ status: 503, body: {} }], {}, ', max_retries: 2')
    expect(result.steps['written']?.error).toMatchObject({ code: 'server-error', http_status: 503 })
    expect(server?.received).toHaveLength(3)
  })

  test('count as calls of the run', async () => {
    const { result } = await asked([{ status: 500, body: {} }], { maxCalls: 2 }, ', max_retries: 9')
    expect(result.steps['written']?.error).toMatchObject({ code: 'call-limit' })
    expect(server?.received).toHaveLength(2)
  })

  test.each([
    [{ maxTokens: 8 }, '8 tokens'],
    [{ maxCost: 0.000_01 }, '$0.00001'],
  ])('are not made where the budget has no room for them: %j', async (budget, words) => {
    const { result } = await asked([one], budget)
    expect(result.status).toBe('over_budget')
    expect(result.steps['written']?.error?.message).toContain(`the budget of ${words}`)
    expect(server?.received).toHaveLength(0)
  })

  test('take of the budget what they have taken, and no more', async () => {
    const { result } = await asked([one], { maxTokens: 1000, maxCost: 1 })
    expect(result.status).toBe('succeeded')
  })

  test('need a price where the cost is limited', async () => {
    const text = `${head.replace('provider: scripted', 'provider: openai-compatible, model: m, base_url: "http://127.0.0.1:1/v1"')}
steps: { written: { index: wiki, documents: ["a"] } }
`
    await expect(run(text, {}, { maxCost: 1 })).rejects.toThrow('no known price for openai-compatible/m')
  })

  test('are given up when the run is stopped', async () => {
    const controller = new AbortController()
    server = await recordedServer(() => {
      controller.abort()
      return one
    })
    const text = `llmflows: 1
name: ask
embeddings: { far: { provider: ollama, model: m, base_url: ${server.url.origin} } }
vector_stores: { wiki: { path: wiki.sqlite } }
steps: { written: { index: wiki, documents: ["a"] } }
`
    const { result } = await run(text, {}, { signal: controller.signal })
    expect(result.status).toBe('cancelled')
    expect(result.steps['written']?.status).toBe('cancelled')
  })
})

test('documents that are none fail the step with what is wrong', async () => {
  const text = `${head}inputs: { documents: { type: array } }\n${fill}`
  const { result } = await run(text, {
    documents: [{ text: 'a' }, { text: 'b', metadata: { '__proto__x': 1, 'a.b': 2 } }],
  })
  expect(result.steps['written']?.error).toMatchObject({
    code: 'bad-documents',
    message: expect.stringMatching(/have one at index 1 that has metadata that has the name "a.b"/) as string,
  })
})

test('a store that holds vectors of another model is a failure that names both', async () => {
  const folder = await filled()
  const other = search('').replace('provider: scripted }', 'provider: scripted, model: other }')
  const { result } = await run(other, { question: 'x' }, { folder })
  expect(result.steps['found']?.error).toMatchObject({ code: 'store-refused' })
  expect(result.steps['found']?.error?.message).toContain('scripted/scripted')
})

test('what keeps a store from being used is said before anything runs', async () => {
  const text = `llmflows: 1
name: ask
embeddings: { small: { provider: openai } }
vector_stores: { wiki: { provider: qdrant, url: "https://elsewhere.example" } }
steps: { found: { search: wiki, query: "{question}" } }
`
  await expect(run(text, { question: 'x' })).rejects.toMatchObject({
    name: 'RunRefused',
    problems: [{ code: 'missing-key' }, { code: 'host-not-allowed' }],
  })
})

describe('validate', () => {
  const codes = (steps: string): readonly string[] =>
    checkSource({
      ok: true,
      file: new SourceFile('f.yaml', `${head}steps:\n${steps}`),
      folder: undefined,
    })
      .diagnostics.filter(({ severity }) => severity === 'error')
      .map(({ code }) => code)

  test.each<[string, readonly string[]]>([
    ['  f: { search: wiki, query: "{q}" }\n  g: { prompt: "{f[0].text}" }\n', []],
    ['  f: { search: wiki, query: "{q}" }\n  g: { prompt: "{f[0].metadata.anything}" }\n', []],
    ['  f: { search: wiki, query: "{q}" }\n  g: { prompt: "{f[0].txt}" }\n', ['wrong-path']],
    ['  f: { search: wiki, query: "{q}", top_k: 2 }\n  g: { prompt: "{f[2].text}" }\n', ['wrong-path']],
    ['  f: { search: wiki, query: "{q}" }\n  g: { prompt: "{f[1].text}" }\n', ['missing-value']],
    [
      '  f: { search: wiki, query: "{q}", on_empty: continue }\n  g: { prompt: "{f[0].text}" }\n',
      ['missing-value'],
    ],
    ['  f: { search: wiki, query: "{q}" }\n  g: { prompt: "{f | json}" }\n', []],
    ['  f: { index: wiki, documents: ["{q}"] }\n  g: { prompt: "{f.documents}" }\n', []],
    ['  f: { search: wiki }\n', ['missing-key']],
    ['  f: { search: wiki, query: "{q}", top_k: 0 }\n', ['out-of-range']],
  ])('%s', (steps, expected) => {
    expect(codes(steps)).toEqual(expected)
  })
})

test('offline, every store is a file and every vector made here', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-steps-'))
  const path = join(folder, 'flow.yaml')
  writeFileSync(
    path,
    `llmflows: 1
name: ask
embeddings: { small: { provider: openai } }
vector_stores: { wiki: { provider: pinecone } }
steps: { found: { search: wiki, query: "{question}" } }
`,
  )
  const { flow } = offline(await loadFlow(path))
  expect(flow.vectorStores.get('wiki')).toMatchObject({
    provider: 'local',
    path: '.llmflows/offline/wiki.sqlite',
    embeddings: { provider: 'embedded' },
  })
})
