import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LlmConfig, LlmError } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { attemptError } from '../../src/steps/attempt.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import * as wire from '../servers/openai-wire.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(() => {})
})
afterAll(() => server.close())

/** What the record of a call says to do that a server turned down. */
async function help(status: number, said: string, fields: Partial<LlmConfig> = {}, env = {}) {
  server.behave(({ write }) => write(wire.http({ status, body: wire.errorBody(said) })))
  const world = stillWorld({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl, ...env })
  const llm = await openLlm(llmConfig(fields), { world, allowHosts: [], allowEnv: ['PROXY_TOKEN'] })
  const error: unknown = await llm
    .call(ask(), { signal: new AbortController().signal, onFirstToken: () => {} })
    .catch((reason: unknown) => reason)
  if (!(error instanceof LlmError)) throw new Error('no error')
  return attemptError(error).help
}

test.each([401, 403])(
  'a key that is not accepted (%i) is traced to the variable that it came from',
  async (status) => {
    const origin = `http://127.0.0.1:${server.port}`
    expect(await help(status, `Incorrect key ${KEY}`)).toBe(
      `check what is in OPENAI_API_KEY: the key of llm "writer" comes from there, and ${origin} does not accept it`,
    )
    const headersEnv = new Map([['x-token', 'PROXY_TOKEN']])
    expect(await help(status, 'no', { headersEnv }, { PROXY_TOKEN: 'token-of-a-proxy' })).toContain(
      'check what is in OPENAI_API_KEY and PROXY_TOKEN:',
    )
  },
)

test('a server that wants a key where none is sent says how to name one', async () => {
  const local: Partial<LlmConfig> = { provider: 'ollama', baseUrl: server.baseUrl }
  expect(await help(401, 'no key', local)).toBe(
    `llm "writer" has no key: name the variable that holds one for http://127.0.0.1:${server.port} with "api_key_env"`,
  )
})

test.each([
  [404, 'The model `gpt-4o-mini` does not exist or you do not have access to it.'],
  [404, 'model "gpt-4o-mini" not found, try pulling it first'],
  [400, 'Unknown model: gpt-4o-mini'],
])('a model that is not there points to the name of the model: %i %s', async (status, said) => {
  expect(await help(status, said)).toBe(
    `check the "model" of llm "writer": http://127.0.0.1:${server.port} does not offer "gpt-4o-mini" to this key`,
  )
})

test.each([
  [404, 'Not found'],
  [400, 'temperature is too high for this model'],
  [500, 'model not found'],
])('nothing is said to help where nobody knows what would: %i %s', async (status, said) => {
  expect(await help(status, said)).toBeUndefined()
})
