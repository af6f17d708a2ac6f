import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LlmConfig, LlmRequest } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { recorded } from '../servers/recording.ts'
import * as wire from '../servers/openai-wire.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(() => {})
})
afterAll(() => server.close())

let firstTokens = 0

async function call(fields: Partial<LlmConfig> = {}, request: LlmRequest = ask('Write a haiku')) {
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl }
  const config = llmConfig({ api: 'responses', model: 'gpt-5-mini', ...fields })
  const llm = await openLlm(config, { world: stillWorld(env), allowHosts: [] })
  firstTokens = 0
  const onFirstToken = (): void => {
    firstTokens += 1
  }
  return llm.call(request, { signal: new AbortController().signal, onFirstToken })
}

async function sent(fields: Partial<LlmConfig>, request?: LlmRequest) {
  server.behave(recorded('responses.stream'))
  await call(fields, request)
  const { path, body } = server.requests.at(-1)!
  return { path, json: JSON.parse(body) }
}

describe('what is sent', () => {
  test('the messages, the sampling, and that nothing is to be kept', async () => {
    const messages = [
      { role: 'system', content: 'You are a poet' },
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Good day' },
      { role: 'user', content: 'Write a haiku' },
    ] as const
    const sampling = { maxTokens: 77, temperature: 0.2, topP: 0.9 }
    const { path, json } = await sent({}, { messages, sampling })
    expect(path).toBe('/v1/responses')
    expect(json).toEqual({
      model: 'gpt-5-mini',
      stream: true,
      store: false,
      max_output_tokens: 77,
      temperature: 0.2,
      top_p: 0.9,
      input: messages,
    })
  })

  test('params come last and untouched', async () => {
    const params = { reasoning: { effort: 'low' }, store: true }
    expect((await sent({ params })).json).toMatchObject(params)
  })

  test('Azure takes it at its v1 API, and at the place of the versions with a date', async () => {
    const env = { AZURE_OPENAI_API_KEY: KEY, AZURE_OPENAI_ENDPOINT: `http://127.0.0.1:${server.port}` }
    for (const [apiVersion, path] of [
      [undefined, '/openai/v1/responses'],
      ['2025-04-01-preview', '/openai/responses?api-version=2025-04-01-preview'],
    ] as const) {
      server.behave(recorded('responses.stream'))
      const version = apiVersion === undefined ? {} : { apiVersion }
      const config = llmConfig({ provider: 'azure-openai', api: 'responses', model: 'mine', ...version })
      const llm = await openLlm(config, { world: stillWorld(env), allowHosts: [] })
      await llm.call(ask(), { signal: new AbortController().signal, onFirstToken: () => {} })
      expect(server.requests.at(-1)).toMatchObject({ path, headers: { 'api-key': KEY } })
    }
  })
})

describe('what is made of an answer', () => {
  test('the text of the response that the stream ends with', async () => {
    server.behave(recorded('responses.stream'))
    const { raw, ...answer } = await call()
    expect(answer).toEqual({
      text: 'An old pond',
      finishReason: 'stop',
      usage: { inputTokens: 12, outputTokens: 67 },
      model: 'gpt-5-mini-2025-08-07',
      requestId: 'req_responses',
    })
    expect(raw).toMatchObject({ id: 'resp_0a1', object: 'response', status: 'completed', store: false })
    expect(firstTokens).toBe(1)
  })

  test('a server that does not stream is understood too', async () => {
    server.behave(({ write }) => write(wire.http({ body: JSON.stringify(wire.response()) })))
    expect(await call()).toMatchObject({ text: 'Hello there', usage: { inputTokens: 7, outputTokens: 2 } })
    expect(firstTokens).toBe(1)
  })

  test.each([
    ['responses.cut', { text: 'An old', finishReason: 'length' }],
    [
      'responses.all-thought',
      { text: '', finishReason: 'length', usage: { inputTokens: 12, outputTokens: 77 } },
    ],
    ['responses.filtered', { text: 'An', finishReason: 'content-filter' }],
    ['responses.refusal', { text: "I can't help with that.", finishReason: 'refusal' }],
    ['responses.commentary', { text: 'An old pond', finishReason: 'stop' }],
  ])('%s', async (name, answer) => {
    server.behave(recorded(`${name}.stream`))
    expect(await call()).toMatchObject(answer)
    expect(firstTokens).toBe(answer.text === '' ? 0 : 1)
  })

  test('commentary is the answer of a model that says nothing else', async () => {
    const output = [{ ...wire.outputMessage('Let me see.'), phase: 'commentary' }]
    server.behave(({ write }) => write(wire.http({ body: JSON.stringify(wire.response({ output })) })))
    expect((await call()).text).toBe('Let me see.')
  })
})

describe('what is no answer', () => {
  test.each([
    [
      'responses.failed.stream',
      { code: 'server-error', retryable: true, message: /reported an error: The model failed to generate/ },
    ],
    [
      'responses.bad-prompt.stream',
      { code: 'request-refused', retryable: false, message: /reported an error: Your prompt was flagged/ },
    ],
    [
      'responses.limited.stream',
      {
        code: 'rate-limited',
        retryable: true,
        message: /reported an error: Rate limit reached for gpt-5-mini$/,
      },
    ],
    [
      'responses.broken-off.stream',
      {
        code: 'bad-response',
        retryable: true,
        message: /^the answer ended before it was whole: it has no response\.completed$/,
      },
    ],
    [
      'responses.error',
      { code: 'request-refused', retryable: false, message: /answered 400: Unknown parameter: 'seed'\.$/ },
    ],
  ])('%s', async (name, { message, ...expected }) => {
    server.behave(recorded(name))
    const failure: unknown = await call().catch((error: unknown) => error)
    expect(failure).toMatchObject(expected)
    expect(String(Object(failure).message)).toMatch(message)
  })

  test.each([
    [{ output: [] }, /^the answer has no text$/],
    [{ output: 'nothing' }, /^the answer has no text$/],
    [
      { output: [{ type: 'message', content: [{ type: 'output_text', text: 7 }] }] },
      /^the answer has no text$/,
    ],
    [{ status: 'in_progress' }, /it has no response\.completed$/],
    [{ status: 'queued', output: [] }, /it has no response\.completed$/],
    [{ status: 'cancelled' }, /reported an error: the response was cancelled$/],
    [{ status: 'failed' }, /reported an error: the response was failed$/],
  ])('a response with %j', async (fields, message) => {
    server.behave(({ write }) => write(wire.http({ body: JSON.stringify(wire.response(fields)) })))
    await expect(call()).rejects.toThrow(message)
  })

  test('the answer of the chat API', async () => {
    server.behave(recorded('openai.stream'))
    await expect(call()).rejects.toMatchObject({ code: 'bad-response' })
  })
})
