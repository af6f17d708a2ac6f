import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runFlow, type CompiledFlow, type RunOptions, type RunResult } from '../../src/index.ts'
import { openSession } from '../../src/run/kept-session.ts'
import type { Home } from '../../src/store/home.ts'
import { startFaultServer, type Exchange, type FaultServer } from '../servers/fault-server.ts'
import { answer, errorBody, http, LAST_PIECE, piece, STREAM_HEAD } from '../servers/openai-wire.ts'
import { asItIs, homeIn } from '../store/folders.ts'
import { compiled, flowText } from './front-door.ts'

let server: FaultServer

beforeAll(async () => {
  server = await startFaultServer((exchange) => reply(exchange))
})
afterAll(() => server.close())

/** What the last message of a request says. */
function prompt({ request }: Exchange | { readonly request: { readonly body: string } }): string {
  const { messages } = JSON.parse(request.body) as { messages: { content: string }[] }
  return messages.at(-1)?.content ?? ''
}

/** Answers with the prompt in capitals. */
function reply(exchange: Exchange): void {
  exchange.write(STREAM_HEAD)
  exchange.write(piece(answer(exchange, [prompt(exchange).toUpperCase()])))
  exchange.write(LAST_PIECE)
}

function refuse(exchange: Exchange): void {
  exchange.write(http({ status: 400, body: errorBody('not today') }))
}

const llms = (more: object = {}): object => ({
  writer: {
    provider: 'openai-compatible',
    base_url: server.baseUrl,
    model: 'm',
    max_concurrency: 64,
    ...more,
  },
})

interface Session {
  readonly result: RunResult
  /** The prompts that reached the server. */
  readonly asked: readonly string[]
  readonly warnings: readonly string[]
}

let runs = 0

/** Runs a flow once, kept in a home; `resume` takes up the run of that id. */
async function session(
  flow: CompiledFlow,
  {
    home,
    resume,
    useCache = false,
    ...options
  }: RunOptions & {
    readonly home: Home
    readonly resume?: string
    readonly useCache?: boolean
  },
): Promise<Session> {
  const before = server.requests.length
  const runId = resume ?? `run-${++runs}`
  const warnings: string[] = []
  const kept = await openSession({
    home,
    runId,
    about: { flow: flow.flow.name, path: 'flow.yaml' },
    resumes: resume !== undefined,
    useCache,
    redact: asItIs,
    onWarning: (error) => void warnings.push(error.message),
  })
  const result = await runFlow(flow, { ...options, runId, memory: kept.memory })
  await kept.close()
  return { result, asked: server.requests.slice(before).map((request) => prompt({ request })), warnings }
}

describe('a run that is resumed', () => {
  test('asks only for what is not known, and comes to what it would have come to', async () => {
    const home = homeIn()
    const flow = compiled(
      flowText({
        llms: llms(),
        steps: {
          a: { prompt: 'a {topic}' },
          b: { prompt: 'b {topic}' },
          c: { prompt: 'c {a} {b}' },
        },
      }),
    )
    server.behave((exchange) => (prompt(exchange).startsWith('b ') ? refuse(exchange) : reply(exchange)))
    const first = await session(flow, { home, inputs: { topic: 'rain' } })
    expect(first.result.status).toBe('failed')
    expect(first.asked.toSorted()).toEqual(['a rain', 'b rain'])
    server.behave(reply)
    const second = await session(flow, { home, inputs: { topic: 'rain' }, resume: first.result.run_id })
    expect(second.asked).toEqual(['b rain', 'c A RAIN B RAIN'])
    expect(second.result).toMatchObject({
      status: 'succeeded',
      run_id: first.result.run_id,
      outputs: { a: 'A RAIN', b: 'B RAIN', c: 'C A RAIN B RAIN' },
      usage: { calls: 3 },
    })
    const third = await session(flow, { home, inputs: { topic: 'rain' }, resume: first.result.run_id })
    expect(third.asked).toEqual([])
    expect(third.result.outputs).toEqual(second.result.outputs)
    expect(third.result.usage).toEqual(second.result.usage)
  })

  test('asks again for what changed, and for what hangs on that', async () => {
    const home = homeIn()
    const text = (b: string): CompiledFlow =>
      compiled(
        flowText({
          llms: llms(),
          steps: {
            a: { prompt: 'a {topic}' },
            b: { prompt: `${b} {topic}` },
            c: { prompt: 'c {a}' },
            d: { prompt: 'd {b}' },
          },
        }),
      )
    server.behave(reply)
    const first = await session(text('b'), { home, inputs: { topic: 'rain' } })
    const second = await session(text('new'), {
      home,
      inputs: { topic: 'rain' },
      resume: first.result.run_id,
    })
    expect(second.asked).toEqual(['new rain', 'd NEW RAIN'])
  })

  test('gives each item its own answer, also where all of them ask the same', async () => {
    const home = homeIn()
    let count = 0
    server.behave((exchange) => {
      exchange.write(STREAM_HEAD + piece(answer(exchange, [`answer ${++count}`])).toString() + LAST_PIECE)
    })
    const flow = compiled(
      flowText({
        llms: llms(),
        steps: { say: { for_each: 5, prompt: 'Say something', output_key: 'said' } },
      }),
    )
    const first = await session(flow, { home })
    const second = await session(flow, { home, resume: first.result.run_id })
    expect(second.asked).toEqual([])
    expect(second.result.outputs).toEqual(first.result.outputs)
  })

  test.each(Array.from({ length: 50 }, (_, seed) => seed + 1))(
    'makes as many calls as steps have failed, wherever they are (seed %i)',
    async (seed) => {
      const home = homeIn()
      const random = seeded(seed)
      const failing = new Set(
        Array.from({ length: 1 + Math.floor(random() * 20) }, () => Math.floor(random() * 102)),
      )
      server.behave(async (exchange) => {
        await exchange.wait(Math.floor(random() * 4))
        if (failing.has(Number(prompt(exchange).split(' ')[1]))) refuse(exchange)
        else reply(exchange)
      })
      const flow = compiled(
        flowText({
          llms: llms(),
          steps: { item: { for_each: 102, prompt: 'item {index}', output_key: 'items' } },
        }),
      )
      const first = await session(flow, { home })
      expect(first.asked).toHaveLength(102)
      server.behave(reply)
      const second = await session(flow, { home, resume: first.result.run_id })
      expect(new Set(second.asked)).toEqual(new Set([...failing].map((item) => `item ${item}`)))
      expect(second.asked).toHaveLength(failing.size)
      expect(second.result.outputs).toEqual({
        items: Array.from({ length: 102 }, (_, item) => `ITEM ${item}`),
      })
    },
  )
})

function seeded(seed: number): () => number {
  let state = seed * 2654435761
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

describe('the cache', () => {
  const flow = (more: object = {}, step: object = {}): CompiledFlow =>
    compiled(
      flowText({ llms: llms({ temperature: 0, ...more }), steps: { a: { prompt: 'a {topic}', ...step } } }),
    )
  const inputs = { topic: 'rain' }

  test('answers what another run has asked with temperature 0, at no cost', async () => {
    const home = homeIn()
    server.behave(reply)
    const price = { input: 1000, output: 1000 }
    const first = await session(flow({ price }), { home, inputs, useCache: true })
    const second = await session(flow({ price }), { home, inputs, useCache: true })
    expect([first.asked, second.asked]).toEqual([['a rain'], []])
    expect(second.result.outputs).toEqual(first.result.outputs)
    expect(first.result.usage.cost).toBeGreaterThan(0)
    expect(second.result.usage).toMatchObject({ calls: 0, input_tokens: 0, cost: 0, unpriced_calls: 0 })
    expect(second.result.steps['a']?.call_data).toMatchObject({ cached: true, cost: 0 })
    expect(first.result.steps['a']?.call_data).toMatchObject({ cached: false })
  })

  test('is asked for what a step says, whatever its temperature', async () => {
    const home = homeIn()
    server.behave(reply)
    for (const [cache, temperature, expected] of [
      [true, 1, 1],
      [false, 0, 2],
      [undefined, 0.5, 2],
    ] as const) {
      const one = flow({ temperature, seed: expected }, cache === undefined ? {} : { cache })
      const asked = [
        ...(await session(one, { home, inputs, useCache: true })).asked,
        ...(await session(one, { home, inputs, useCache: true })).asked,
      ]
      expect(asked).toHaveLength(expected)
    }
  })

  test('makes one call of equal calls that are in flight at the same time', async () => {
    server.behave(async (exchange) => {
      await exchange.wait(20)
      reply(exchange)
    })
    const { asked, result } = await session(flow({}, { for_each: 5, output_key: 'all' }), {
      home: homeIn(),
      inputs,
      useCache: true,
    })
    expect(asked).toEqual(['a rain'])
    expect(result.outputs).toEqual({ all: Array.from({ length: 5 }, () => 'A RAIN') })
    expect(result.usage.calls).toBe(1)
  })

  test('asks again after one of equal calls has failed', async () => {
    let count = 0
    server.behave(async (exchange) => {
      await exchange.wait(20)
      if (++count === 1) refuse(exchange)
      else reply(exchange)
    })
    const each = { for_each: 3, output_key: 'all', on_item_error: 'keep' }
    const { asked, result } = await session(flow({}, each), { home: homeIn(), inputs, useCache: true })
    expect(asked).toHaveLength(2)
    expect(result.status).toBe('partial')
  })

  test('keeps no answer that its step has turned down', async () => {
    const home = homeIn()
    const schema = { type: 'object', properties: { n: { type: 'integer' } } }
    const one = flow({ max_retries: 0 }, { output_schema: schema })
    server.behave(reply)
    const first = await session(one, { home, inputs, useCache: true })
    expect(first.result.steps['a']?.error?.code).toBe('schema-mismatch')
    server.behave((exchange) => {
      exchange.write(STREAM_HEAD + piece(answer(exchange, ['{"n":1}'])).toString() + LAST_PIECE)
    })
    const again = await session(one, { home, inputs, useCache: true, resume: first.result.run_id })
    expect(again.result.outputs).toEqual({ a: { n: 1 } })
    const other = await session(one, { home, inputs, useCache: true })
    expect([other.result.outputs, other.asked]).toEqual([{ a: { n: 1 } }, []])
  })

  test('has answered at no cost also where the run is resumed', async () => {
    const home = homeIn()
    const price = { input: 1000, output: 1000 }
    server.behave(reply)
    await session(flow({ price }), { home, inputs, useCache: true })
    const second = await session(flow({ price }), { home, inputs, useCache: true })
    const third = await session(flow({ price }), { home, inputs, resume: second.result.run_id })
    expect(third.asked).toEqual([])
    expect(third.result.usage).toEqual(second.result.usage)
    expect(third.result.steps['a']?.call_data?.cached).toBe(true)
  })

  test('takes a damaged entry for none, and says so', async () => {
    const home = homeIn()
    server.behave(reply)
    await session(flow(), { home, inputs, useCache: true })
    const { readdirSync, writeFileSync } = await import('node:fs')
    const [folder] = readdirSync(`${home.path}/cache`)
    const [file] = readdirSync(`${home.path}/cache/${folder}`)
    writeFileSync(`${home.path}/cache/${folder}/${file}`, '{')
    const again = await session(flow(), { home, inputs, useCache: true })
    expect(again.asked).toEqual(['a rain'])
    expect(again.warnings).toEqual([expect.stringContaining('it is not used')])
  })
})
