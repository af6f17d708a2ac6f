import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Api } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

// A server by someone else: our own fault server could misunderstand the protocol in the same way as our client.
const mock = new LLMock({ port: 0 })

beforeAll(async () => {
  mock.onMessage('title', { content: 'True Bonds — a title with ä and 🎬' })
  mock.onMessage('busy', { error: { message: 'Slow down', type: 'rate_limit_error' }, status: 429 })
  await mock.start()
})
afterAll(() => mock.stop())

async function call(prompt: string, api: Api) {
  const world = stillWorld({ OPENAI_API_KEY: 'sk-test-not-a-real-key', OPENAI_BASE_URL: `${mock.url}/v1` })
  const llm = await openLlm(llmConfig({ api }), { world, allowHosts: [] })
  return llm.call(ask(prompt), { signal: new AbortController().signal, onFirstToken: () => {} })
}

const apis: readonly Api[] = ['chat', 'responses']

test.each(apis)('a call of the %s API of a third-party server succeeds', async (api) => {
  const before = mock.getRequests().length
  const answer = await call('What is a good title?', api)
  expect(answer).toMatchObject({ text: 'True Bonds — a title with ä and 🎬', finishReason: 'stop' })
  expect(mock.getRequests()).toHaveLength(before + 1)
})

test.each(apis)('errors of its %s API are understood', async (api) => {
  await expect(call('busy', api)).rejects.toMatchObject({
    code: 'rate-limited',
    retryable: true,
    httpStatus: 429,
    message: expect.stringContaining('Slow down'),
  })
})
