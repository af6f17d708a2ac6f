import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { presetOf, providerNames } from '../../src/flow/providers.ts'
import { resolveEndpoint } from '../../src/llms/endpoint.ts'
import type { LlmAnswer, LlmConfig } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { recorded } from '../servers/recording.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

interface Preset {
  /** Where a chat request goes, as the provider documents it. */
  readonly url: string
  /** The header that the key is in. */
  readonly key: Readonly<Record<string, string>>
  /** What has to be in the environment. */
  readonly env?: Readonly<Record<string, string>>
  readonly config?: Partial<LlmConfig>
  /** What the request says of its own, beside the messages and what all take alike. */
  readonly body: Readonly<Record<string, unknown>>
  readonly answer: Partial<LlmAnswer>
  /** What the recorded error becomes. */
  readonly error: Readonly<Record<string, unknown>>
}

const bearer = { authorization: `Bearer ${KEY}` }
const standIn = { authorization: 'Bearer local' }
const usual = { stream_options: { include_usage: true }, max_tokens: 77 }
const newest = { stream_options: { include_usage: true }, max_completion_tokens: 77 }
const said = {
  text: 'An old pond',
  finishReason: 'stop',
  usage: { inputTokens: 12, outputTokens: 3 },
} as const

const presets: Readonly<Record<string, Preset>> = {
  'openai': {
    url: 'https://api.openai.com/v1/chat/completions',
    env: { OPENAI_API_KEY: KEY },
    key: bearer,
    body: newest,
    answer: { ...said, model: 'gpt-4o-mini-2024-07-18', requestId: 'req_openai' },
    error: {
      code: 'request-refused',
      retryable: false,
      httpStatus: 400,
      requestId: 'req_openai',
      message: expect.stringContaining("'temperature' does not support 0.2"),
    },
  },
  'azure-openai': {
    url: 'https://resource.openai.azure.com/openai/v1/chat/completions',
    env: { AZURE_OPENAI_API_KEY: KEY, AZURE_OPENAI_ENDPOINT: 'https://resource.openai.azure.com/' },
    key: { 'api-key': KEY },
    body: newest,
    answer: { ...said, model: 'gpt-4o-mini-2024-07-18', requestId: 'b7a1c2d3-0000-4000-8000-000000000001' },
    error: {
      code: 'request-refused',
      retryable: false,
      requestId: 'b7a1c2d3-0000-4000-8000-000000000002',
      message: expect.stringMatching(/content management policy.*\(parameter "prompt"\)|prompt triggering/),
    },
  },
  'openai-compatible': {
    url: 'http://127.0.0.1:8000/v1/chat/completions',
    config: { baseUrl: 'http://127.0.0.1:8000/v1' },
    key: {},
    body: usual,
    answer: { ...said, model: 'some-model' },
    error: {
      code: 'server-error',
      retryable: true,
      message: expect.stringMatching(/ answered 500: Internal Server Error$/),
    },
  },
  'ollama': {
    url: 'http://localhost:11434/v1/chat/completions',
    key: standIn,
    body: usual,
    answer: { ...said, model: 'llama3.2:latest' },
    error: {
      code: 'request-refused',
      message: expect.stringContaining('try pulling it first'),
      help: expect.stringMatching(/^check the "model" of llm "writer"/),
    },
  },
  'lmstudio': {
    url: 'http://localhost:1234/v1/chat/completions',
    key: standIn,
    body: usual,
    answer: { ...said, model: 'qwen3-4b' },
    error: { code: 'request-refused', message: expect.stringContaining("'response_format.type' must be") },
  },
  'vllm': {
    url: 'http://localhost:8000/v1/chat/completions',
    key: standIn,
    body: usual,
    answer: { ...said, model: 'Qwen/Qwen3-4B' },
    error: {
      code: 'request-refused',
      message: expect.stringContaining('The model `m` does not exist.'),
      help: expect.stringMatching(/^check the "model"/),
    },
  },
  'llama-cpp': {
    url: 'http://localhost:8080/v1/chat/completions',
    key: standIn,
    body: usual,
    answer: { ...said, model: 'model.gguf' },
    error: { code: 'server-error', retryable: true, message: expect.stringContaining('Loading model') },
  },
  'mistral': {
    url: 'https://api.mistral.ai/v1/chat/completions',
    env: { MISTRAL_API_KEY: KEY },
    key: bearer,
    body: { max_tokens: 77, random_seed: 42 },
    answer: { ...said, model: 'mistral-small-2603' },
    error: { code: 'request-refused', message: expect.stringContaining('Extra inputs are not permitted') },
  },
  'groq': {
    url: 'https://api.groq.com/openai/v1/chat/completions',
    env: { GROQ_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'llama-3.3-70b-versatile' },
    error: { code: 'rate-limited', retryable: true, retryAfterMs: 5000 },
  },
  'openrouter': {
    url: 'https://openrouter.ai/api/v1/chat/completions',
    env: { OPENROUTER_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'meta-llama/llama-3.3-70b-instruct' },
    error: { code: 'quota-exhausted', retryable: false, message: expect.stringContaining('credits') },
  },
  'together': {
    url: 'https://api.together.xyz/v1/chat/completions',
    env: { TOGETHER_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'meta-llama/Llama-3.3-70B-Instruct-Turbo', requestId: 't-1' },
    error: { code: 'request-refused', message: expect.stringMatching(/9000000/), requestId: 't-1' },
  },
  'deepseek': {
    url: 'https://api.deepseek.com/v1/chat/completions',
    env: { DEEPSEEK_API_KEY: KEY },
    key: bearer,
    body: usual,
    // What it thinks is no part of the text, and is paid for.
    answer: { ...said, usage: { inputTokens: 12, outputTokens: 7 }, model: 'deepseek-v4-flash' },
    error: { code: 'quota-exhausted', retryable: false },
  },
  'fireworks': {
    url: 'https://api.fireworks.ai/inference/v1/chat/completions',
    env: { FIREWORKS_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'accounts/fireworks/models/gpt-oss-20b' },
    error: { code: 'request-refused', help: expect.stringMatching(/^check the "model"/) },
  },
  'xai': {
    url: 'https://api.x.ai/v1/chat/completions',
    env: { XAI_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'grok-4-fast-reasoning' },
    error: {
      code: 'request-refused',
      message: expect.stringMatching(/400: Argument not supported on this model: stop$/),
    },
  },
  'anthropic': {
    url: 'https://api.anthropic.com/v1/chat/completions',
    env: { ANTHROPIC_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'claude-sonnet-4-5-20250929', requestId: 'req_anthropic' },
    error: { code: 'server-error', retryable: true, retryAfterMs: 7000, requestId: 'req_anthropic' },
  },
  'google': {
    url: 'https://generativelanguage.googleapis.com/v1beta/openai/chat/completions',
    env: { GEMINI_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'gemini-2.5-flash' },
    error: {
      code: 'rate-limited',
      retryable: true,
      retryAfterMs: 53_000,
      message: expect.stringMatching(/answered 429: You exceeded your current quota/),
    },
  },
  'cohere': {
    url: 'https://api.cohere.ai/compatibility/v1/chat/completions',
    env: { COHERE_API_KEY: KEY },
    key: bearer,
    body: usual,
    answer: { ...said, model: 'command-a-03-2025' },
    error: {
      code: 'authentication-failed',
      retryable: false,
      message: expect.stringContaining('invalid api token'),
      help: expect.stringMatching(/^check what is in COHERE_API_KEY/),
    },
  },
}

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(() => {})
})
afterAll(() => server.close())

/** Calls the server of this test as if it stood at the provider's address. */
async function call(provider: string, recording: string) {
  const { url, env = {}, config: fields = {} } = presets[provider]!
  const world = stillWorld(env)
  const config = llmConfig({ provider, model: 'm', ...fields })
  const resolved = resolveEndpoint(config, { env, allowHosts: [] })
  if ('problem' in resolved) throw new Error(resolved.problem.message)
  expect(`${resolved.endpoint.url}/chat/completions`).toBe(url)
  const { pathname, search } = new URL(resolved.endpoint.url)
  const baseUrl = `http://127.0.0.1:${server.port}${pathname}${search}`
  const allowEnv = Object.keys(env)
  const llm = await openLlm({ ...config, baseUrl }, { world, allowHosts: [], allowEnv })
  server.behave(recorded(recording))
  const sampling = { maxTokens: 77, ...(provider === 'mistral' ? { seed: 42 } : {}) }
  let firstTokens = 0
  const answer = llm.call(ask('Write a haiku', { sampling }), {
    signal: new AbortController().signal,
    onFirstToken: () => (firstTokens += 1),
  })
  return { answer, sent: () => server.requests.at(-1)!, firstTokens: () => firstTokens }
}

test('every provider that is reached over HTTP is held to its protocol here', () => {
  expect(Object.keys(presets).toSorted()).toEqual(
    providerNames.filter((name) => presetOf(name)?.kind === 'http').toSorted(),
  )
})

describe.each(Object.entries(presets))('%s', (provider, preset) => {
  test('is asked at its address, with its key, in its words', async () => {
    const { answer, sent } = await call(provider, `${provider}.stream`)
    await answer
    const { method, path, headers, body } = sent()
    expect(`${method} ${path}`).toBe(`POST ${new URL(preset.url).pathname}`)
    const keys = Object.fromEntries(
      ['authorization', 'api-key', 'x-api-key'].flatMap((name) =>
        headers[name] === undefined ? [] : [[name, headers[name]]],
      ),
    )
    expect(keys).toEqual(preset.key)
    expect(JSON.parse(body)).toEqual({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'Write a haiku' }],
      ...preset.body,
    })
  })

  test('its stream becomes an answer', async () => {
    const { answer, firstTokens } = await call(provider, `${provider}.stream`)
    const { raw: _raw, ...read } = await answer
    expect(read).toEqual(preset.answer)
    expect(firstTokens()).toBe(1)
  })

  test('its error becomes one that says what to do', async () => {
    const { answer } = await call(provider, `${provider}.error`)
    await expect(answer).rejects.toMatchObject(preset.error)
  })
})

describe('what is particular', () => {
  test("Google's answer to a wrong key, a 400, is about the key", async () => {
    const { answer } = await call('google', 'google.wrong-key.error')
    await expect(answer).rejects.toMatchObject({
      code: 'authentication-failed',
      retryable: false,
      help: expect.stringMatching(/^check what is in GEMINI_API_KEY/),
    })
  })

  test("Azure's verdict on each piece is kept as a word, not as a row of words", async () => {
    const { answer } = await call('azure-openai', 'azure-openai.stream')
    const { raw } = await answer
    expect(raw).toMatchObject({
      prompt_filter_results: [{ prompt_index: 0 }],
      choices: [{ content_filter_results: { hate: { filtered: false, severity: 'safe' } } }],
    })
  })
})
