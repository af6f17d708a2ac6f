import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LlmAnswer } from '../../src/llms/llm.ts'
import { cleanAnswer } from '../../src/llms/clean-answer.ts'
import { openLlm } from '../../src/llms/open.ts'
import { hideSecrets } from '../../src/llms/redaction.ts'
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

/** What a server makes of a call that carries a key, with one more secret in the environment. */
async function answered(body: unknown, other = 'another-secret'): Promise<LlmAnswer> {
  server.behave(({ write }) =>
    write(wire.http({ body: JSON.stringify(body), headers: { 'x-request-id': KEY } })),
  )
  const env = { OPENAI_API_KEY: KEY, OTHER_API_KEY: other, OPENAI_BASE_URL: server.baseUrl }
  const llm = await openLlm(llmConfig(), { world: stillWorld(env), allowHosts: [] })
  return llm.call(ask(), { signal: new AbortController().signal, onFirstToken: () => {} })
}

test('a key that a server sends back is in no field of the answer', async () => {
  const answer = await answered({
    id: KEY,
    model: `Bearer ${KEY}`,
    system_fingerprint: { [KEY]: [KEY, { deeper: `<${KEY}>` }] },
    choices: [{ index: 0, message: { role: KEY, content: `It is ${KEY}` }, finish_reason: 'stop' }],
  })
  expect(JSON.stringify(answer)).not.toContain(KEY)
  expect(answer).toMatchObject({
    text: 'It is [redacted]',
    model: 'Bearer [redacted]',
    raw: {
      id: '[redacted]',
      system_fingerprint: { '[redacted]': ['[redacted]', { deeper: '<[redacted]>' }] },
    },
  })
})

test.each(['1700000000', 'pass"word"', '":["choices"]', 'served\\model'])(
  'a secret such as %s takes nothing away from an answer that it is no text of',
  async (secret) => {
    const body = {
      id: 'cmpl-1',
      created: 1_700_000_000,
      model: 'served-model',
      choices: [
        { index: 0, message: { role: 'assistant', content: `Hello ${secret}` }, finish_reason: 'stop' },
      ],
    }
    const answer = await answered(body, secret)
    expect(answer).toMatchObject({ text: 'Hello [redacted]', model: 'served-model' })
    expect(answer.raw).toEqual({
      ...body,
      choices: [
        { index: 0, message: { role: 'assistant', content: 'Hello [redacted]' }, finish_reason: 'stop' },
      ],
    })
  },
)

test('an answer without secrets stays as it is, a field called __proto__ included', () => {
  const raw: unknown = JSON.parse('{"__proto__":{"a":[1,null,true,"x"]}}')
  const answer: LlmAnswer = { text: 'x', finishReason: 'stop', raw }
  expect(cleanAnswer(answer, hideSecrets([KEY]))).toEqual(answer)
  expect(JSON.stringify(cleanAnswer(answer, hideSecrets([KEY])).raw)).toBe(JSON.stringify(raw))
})
