import { describe, expect, test } from 'vitest'
import type { LlmRequest, ScriptedAnswer } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

async function script(answers: readonly ScriptedAnswer[]) {
  const world = stillWorld()
  const config = llmConfig({ provider: 'scripted', model: 'scripted', answers })
  const llm = await openLlm(config, { world, allowHosts: [] })
  let firstTokens = 0
  const call = (prompt: string) =>
    llm.call(ask(prompt), { signal: new AbortController().signal, onFirstToken: () => (firstTokens += 1) })
  return { call, llm, world, firstTokens: () => firstTokens }
}

describe('a scripted LLM', () => {
  test('answers by the first rule that matches, and says that it is scripted', async () => {
    const { call, firstTokens } = await script([
      { match: 'title', answer: 'True Bonds' },
      { answer: 'Something else' },
    ])
    expect(await call('What is a good title?')).toEqual({
      text: 'True Bonds',
      finishReason: 'stop',
      usage: { inputTokens: 5, outputTokens: 2 },
      model: 'scripted',
      raw: { scripted: true, model: 'scripted', text: 'True Bonds', finish_reason: 'stop' },
    })
    expect((await call('And now?')).text).toBe('Something else')
    expect(firstTokens()).toBe(2)
  })

  test('puts the prompt into its answer without looking into it', async () => {
    const { call } = await script([{ answer: '<{prompt}|{prompt}>' }])
    expect((await call('$& {prompt}')).text).toBe('<$& {prompt}|$& {prompt}>')
  })

  test('serves a rule as often as it says', async () => {
    const { call } = await script([{ answer: 'first', times: 1 }, { answer: 'then' }])
    expect([(await call('a')).text, (await call('b')).text, (await call('c')).text]).toEqual([
      'first',
      'then',
      'then',
    ])
  })

  test('asks for tools, and then answers to what they gave', async () => {
    const add = { name: 'add', arguments: '{"x":1}' }
    const { llm, firstTokens } = await script([
      { match: 'What is', toolCalls: [add] },
      { match: '42', answer: 'It is {prompt}' },
    ])
    const call = (messages: LlmRequest['messages']) =>
      llm.call(ask('', { messages }), { signal: new AbortController().signal, onFirstToken: () => {} })
    const first = await call([{ role: 'user', content: 'What is it?' }])
    const toolCalls = [{ id: 'call_1_1', ...add }]
    expect(first).toMatchObject({ text: '', finishReason: 'tool-calls', toolCalls })
    const answer = await call([
      { role: 'user', content: 'What is it?' },
      { role: 'assistant', content: '', toolCalls },
      { role: 'tool', content: '42', toolCallId: 'call_1_1' },
    ])
    expect(answer).toMatchObject({ text: 'It is 42', finishReason: 'stop' })
    expect(answer).not.toHaveProperty('toolCalls')
    expect(firstTokens()).toBe(0)
  })

  test('fails like a server', async () => {
    const { call } = await script([{ status: 503, times: 1 }, { status: 401 }])
    await expect(call('a')).rejects.toMatchObject({ code: 'server-error', retryable: true, httpStatus: 503 })
    await expect(call('a')).rejects.toMatchObject({
      code: 'authentication-failed',
      message: 'scripted llm "writer" answered 401: a scripted failure',
    })
  })

  test('takes the time it is told, on the clock it is given', async () => {
    const { call, world, llm } = await script([{ answer: 'late', delayMs: 200, finishReason: 'length' }])
    expect((await call('a')).finishReason).toBe('length')
    expect(world.sleeps).toEqual([200])
    const call2 = llm.call(ask('b'), { signal: AbortSignal.abort('stopped'), onFirstToken: () => {} })
    await expect(call2).rejects.toBe('stopped')
  })

  test('names the prompt that no rule answers', async () => {
    const { call } = await script([{ match: 'x', answer: 'y' }])
    await expect(call('What is\na good title?')).rejects.toMatchObject({
      code: 'request-refused',
      retryable: false,
      message: 'llm "writer" has no scripted answer for "What is a good title?"',
    })
  })
})
