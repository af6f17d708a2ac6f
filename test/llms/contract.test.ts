import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LlmConfig, LlmRequest } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { presetOf, providerNames } from '../../src/flow/providers.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import * as wire from '../servers/openai-wire.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(faults['a stream'])
})
afterAll(() => server.close())

/** Sends one request as a provider would, to the server of this test, and gives back what came there. */
async function sent(fields: Partial<LlmConfig>, request: LlmRequest = ask()) {
  const config = llmConfig(fields)
  const variable = presetOf(config.provider)?.keyVariable
  const world = stillWorld(variable === undefined ? {} : { [variable]: KEY })
  const baseUrl = config.baseUrl ?? server.baseUrl
  const llm = await openLlm(
    { ...config, baseUrl },
    {
      world,
      allowHosts: ['127.0.0.1'],
      allowEnv: variable === undefined ? [] : [variable],
    },
  )
  const answer = await llm.call(request, { signal: new AbortController().signal, onFirstToken: () => {} })
  const received = server.requests.at(-1)
  if (received === undefined) throw new Error('nothing was sent')
  return { ...received, json: JSON.parse(received.body), answer }
}

const FULL = ask('Write a haiku', {
  messages: [
    { role: 'system', content: 'You are a poet' },
    { role: 'user', content: 'Write a haiku' },
  ],
  sampling: { maxTokens: 77, temperature: 0.2, topP: 0.9, stop: ['END'], seed: 42 },
})

describe('what is sent', () => {
  test('openai chat', async () => {
    const { method, path, headers, json } = await sent({}, FULL)
    expect(`${method} ${path}`).toBe('POST /v1/chat/completions')
    expect(headers).toEqual({
      'host': `127.0.0.1:${server.port}`,
      'connection': 'keep-alive',
      'accept': 'application/json, text/event-stream',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': expect.any(String),
      'user-agent': 'llmflows',
      'authorization': `Bearer ${KEY}`,
    })
    expect(json).toEqual({
      model: 'gpt-4o-mini',
      stream: true,
      stream_options: { include_usage: true },
      max_completion_tokens: 77,
      temperature: 0.2,
      top_p: 0.9,
      stop: ['END'],
      seed: 42,
      messages: FULL.messages,
    })
  })

  test('openai completions', async () => {
    const { path, json } = await sent({ api: 'completions' }, ask('Once', { sampling: { maxTokens: 5 } }))
    expect(path).toBe('/v1/completions')
    expect(json).toEqual({
      model: 'gpt-4o-mini',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 5,
      prompt: 'Once',
    })
  })

  test('what each provider does its own way', async () => {
    const ways: string[] = []
    for (const provider of providerNames.filter((name) => presetOf(name)?.kind === 'http')) {
      const { headers, json } = await sent({ provider, model: 'm' }, FULL)
      const { model: _model, stream, temperature: _t, top_p: _p, stop: _s, messages: _m, ...own } = json
      expect(stream).toBe(true)
      const key = headers['authorization'] ?? headers['api-key'] ?? 'no key'
      ways.push(`${provider}: ${key} ${JSON.stringify(own)}`)
    }
    expect(ways).toMatchInlineSnapshot(`
      [
        "openai: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_completion_tokens":77,"seed":42}",
        "azure-openai: sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_completion_tokens":77,"seed":42}",
        "openai-compatible: no key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "ollama: Bearer local {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "lmstudio: Bearer local {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "vllm: Bearer local {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "llama-cpp: Bearer local {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "mistral: Bearer sk-test-not-a-real-key {"max_tokens":77,"random_seed":42}",
        "groq: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "openrouter: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "together: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "deepseek: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "fireworks: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "xai: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "anthropic: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "google: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
        "cohere: Bearer sk-test-not-a-real-key {"stream_options":{"include_usage":true},"max_tokens":77,"seed":42}",
      ]
    `)
  })

  test('params come last and untouched', async () => {
    const params = { temperature: 1, reasoning_effort: 'low', logit_bias: { 50256: -100 }, nothing: null }
    const { json } = await sent({ params }, FULL)
    expect(json).toMatchObject(params)
  })

  test('a base URL keeps its path and its query', async () => {
    const { path } = await sent({ baseUrl: `http://127.0.0.1:${server.port}/proxy/openai/?api-version=1` })
    expect(path).toBe('/proxy/openai/chat/completions?api-version=1')
  })

  test("headers_env adds headers, and may replace the key's", async () => {
    const headersEnv = new Map([
      ['X-Team', 'TEAM'],
      ['Authorization', 'AUTH'],
    ])
    const world = stillWorld({ OPENAI_API_KEY: KEY, TEAM: 'blue', AUTH: 'Basic dGVzdA==' })
    const llm = await openLlm(llmConfig({ baseUrl: server.baseUrl, headersEnv }), {
      world,
      allowHosts: ['127.0.0.1'],
      allowEnv: ['TEAM', 'AUTH', 'OPENAI_API_KEY'],
    })
    await llm.call(ask(), { signal: new AbortController().signal, onFirstToken: () => {} })
    expect(server.requests.at(-1)?.headers).toMatchObject({
      'x-team': 'blue',
      'authorization': 'Basic dGVzdA==',
    })
  })

  test("any text arrives as it is, with the client's own variables out of the way", async () => {
    const before = { ...process.env }
    Object.assign(process.env, {
      OPENAI_ORG_ID: 'org-not-sent',
      OPENAI_PROJECT_ID: 'project-not-sent',
      OPENAI_CUSTOM_HEADERS: 'x-custom: not-sent',
      OPENAI_API_KEY: 'sk-not-sent-either',
      OPENAI_BASE_URL: 'http://127.0.0.1:1/not-called',
      OPENAI_LOG: 'debug',
    })
    try {
      const prompt = 'ä 🎬 \u0000 $& {x} \u2028 "\\'
      const { headers, json } = await sent({}, ask(prompt))
      expect(json.messages[0].content).toBe(prompt)
      expect(JSON.stringify(headers)).not.toMatch(/not-sent/)
    } finally {
      for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name]
      Object.assign(process.env, before)
    }
  })
})

describe('what is made of an answer', () => {
  test('a stream is put together into the object that it stands for', async () => {
    server.behave(faults['a stream'])
    const { answer } = await sent({})
    expect(answer).toEqual({
      text: 'Hello there',
      finishReason: 'stop',
      usage: { inputTokens: 7, outputTokens: 2 },
      model: 'served-model',
      raw: {
        id: 'cmpl-1',
        object: 'chat.completion',
        created: 1,
        model: 'served-model',
        choices: [{ index: 0, message: { content: 'Hello there' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      },
    })
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer)
  })

  test('a plain object is kept as it came', async () => {
    server.behave((exchange) => {
      const extra = { system_fingerprint: 'fp', x_groq: { id: 'req' }, __proto__: null }
      exchange.write(wire.http({ body: JSON.stringify(wire.completion(exchange, extra)) }))
    })
    const { answer } = await sent({})
    expect(answer.raw).toMatchObject({
      object: 'chat.completion',
      system_fingerprint: 'fp',
      x_groq: { id: 'req' },
    })
  })

  test('a refusal is told from an answer', async () => {
    server.behave((exchange) => {
      const refusal = (text: string, finish_reason: string | null) =>
        wire.event({
          id: 'c',
          choices: [{ index: 0, delta: { content: null, refusal: text }, finish_reason }],
        })
      exchange.write(wire.http({ body: refusal('I cannot ', null) + refusal('do that', 'stop') + wire.DONE }))
    })
    const { answer } = await sent({})
    expect(answer).toMatchObject({ finishReason: 'refusal', text: 'I cannot do that' })
  })

  test('a list of parts is read as its texts', async () => {
    server.behave((exchange) => {
      const content = [
        { type: 'thinking', thinking: [] },
        { type: 'text', text: 'Hello' },
      ]
      const choices = [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }]
      exchange.write(wire.http({ body: JSON.stringify(wire.completion(exchange, { choices })) }))
    })
    expect((await sent({})).answer.text).toBe('Hello')
  })
})

test('a key that a server sends back does not get into the answer', async () => {
  server.behave((exchange) => {
    const message = { role: 'assistant', content: `you said ${KEY}` }
    const choices = [{ index: 0, message, finish_reason: 'stop' }]
    exchange.write(
      wire.http({
        body: JSON.stringify(
          wire.completion(exchange, { choices, echo: { authorization: `Bearer ${KEY}` } }),
        ),
      }),
    )
  })
  const { answer } = await sent({})
  expect(answer.text).toBe('you said [redacted]')
  expect(JSON.stringify(answer)).not.toContain(KEY)
  expect(answer.raw).toMatchObject({ echo: { authorization: 'Bearer [redacted]' } })
})
