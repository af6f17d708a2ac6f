import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Llm, LlmConfig, LlmRequest } from '../../../src/llms/llm.ts'
import { openLocal } from '../../../src/llms/local/local-llm.ts'
import { type Engine, startEngine } from '../../../src/llms/local/models.ts'
import { ask, llmConfig } from '../world.ts'
import { loadLibrary, missingLibrary } from './installed.ts'

// The model that comes with llmflows is a file like any other: whatever it says is real.
const modelPath = fileURLToPath(new URL('../../../src/llms/embedded/muse.gguf', import.meta.url))

const local = (fields: Partial<LlmConfig> = {}): LlmConfig =>
  llmConfig({ provider: 'local', model: './muse.gguf', modelPath, ...fields })

const PROMPT = 'Write a title for a film about rain'

function call(llm: Llm, request: LlmRequest, signal = new AbortController().signal, onFirstToken = () => {}) {
  return llm.call(request, { signal, onFirstToken })
}

describe.skipIf(missingLibrary !== undefined)(`a model in this process (${missingLibrary ?? 'real'})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-local-'))
  let engine: Promise<Engine>
  let loads = 0
  beforeAll(async () => {
    const real = await loadLibrary()
    engine = startEngine(() =>
      Promise.resolve({
        ...real,
        async getLlama(options) {
          const llama = await real.getLlama(options)
          // Several threads on a machine that has other things to do wait for each other, which takes a hundred times as long.
          llama.maxThreads = 1
          return {
            maxThreads: 1,
            createGrammarForJsonSchema: (schema) => llama.createGrammarForJsonSchema(schema),
            loadModel(model) {
              loads += 1
              return llama.loadModel(model)
            },
          }
        },
        LlamaChat: real.LlamaChat,
        LlamaCompletion: real.LlamaCompletion,
      }),
    )
    await engine
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  test('answers, counts its tokens, and says when it begins', async () => {
    const llm = await openLocal(local(), engine)
    let firstTokens = 0
    const request = ask(PROMPT, { sampling: { maxTokens: 30, temperature: 0 } })
    const answer = await call(llm, request, undefined, () => (firstTokens += 1))
    expect(answer.text).toMatch(/^[A-Z][\w ]+$/)
    expect(answer).toMatchObject({ finishReason: 'stop', model: './muse.gguf' })
    expect(answer.usage?.inputTokens).toBeGreaterThan(5)
    expect(answer.usage?.outputTokens).toBeGreaterThan(1)
    expect(answer.raw).toMatchObject({ object: 'local.completion', text: answer.text, context_size: 640 })
    expect(JSON.parse(JSON.stringify(answer))).toEqual(answer)
    expect(firstTokens).toBe(1)
  })

  test('a seed gives the same answer again, whatever was asked between', async () => {
    const llm = await openLocal(local(), engine)
    const say = async (seed: number) =>
      (await call(llm, ask(PROMPT, { sampling: { maxTokens: 30, temperature: 1, seed } }))).text
    const first = await say(1)
    const others = [await say(2), await say(3), await say(4)]
    expect(await say(1)).toBe(first)
    expect(new Set([first, ...others]).size).toBeGreaterThan(1)
  })

  test('a longer conversation is read whole', async () => {
    const llm = await openLocal(local(), engine)
    const sampling = { maxTokens: 5, temperature: 0 }
    const short = await call(llm, ask(PROMPT, { sampling }))
    const long = await call(llm, {
      messages: [
        { role: 'system', content: 'You are a poet' },
        { role: 'user', content: 'Write a title for a film about snow' },
        { role: 'assistant', content: 'The White Road' },
        { role: 'user', content: PROMPT },
      ],
      sampling,
    })
    expect(long.usage!.inputTokens).toBeGreaterThan(short.usage!.inputTokens + 10)
  })

  test('ends at max_tokens and at a stop text', async () => {
    const llm = await openLocal(local(), engine)
    const sampling = { maxTokens: 30, temperature: 0 }
    const whole = (await call(llm, ask(PROMPT, { sampling }))).text
    const cut = await call(llm, ask(PROMPT, { sampling: { ...sampling, maxTokens: 2 } }))
    expect(cut).toMatchObject({ finishReason: 'length', usage: { outputTokens: 2 } })
    expect(whole.startsWith(cut.text.trim())).toBe(true)
    const word = whole.split(' ')[1]!
    const stopped = await call(llm, ask(PROMPT, { sampling: { ...sampling, stop: [word] } }))
    expect(stopped).toMatchObject({ finishReason: 'stop', text: whole.slice(0, whole.indexOf(word)) })
  })

  test('completions go on with a text', async () => {
    const llm = await openLocal(local({ api: 'completions' }), engine)
    const answer = await call(llm, ask('Once upon', { sampling: { maxTokens: 8, temperature: 0 } }))
    expect(answer).toMatchObject({ finishReason: 'length', usage: { outputTokens: 8 } })
    expect(answer.text).not.toBe('')
  })

  test('is held to a schema', async () => {
    const llm = await openLocal(local(), engine)
    const schema = {
      type: 'object',
      properties: { rainy: { type: 'boolean' }, size: { enum: ['small', 'large'] } },
      required: ['rainy', 'size'],
      additionalProperties: false,
    }
    const responseFormat = { name: 'weather', schema, isStrict: true }
    const { text } = await call(llm, ask(PROMPT, { sampling: { maxTokens: 200 }, responseFormat }))
    expect(JSON.parse(text)).toEqual({
      rainy: expect.any(Boolean),
      size: expect.stringMatching(/^(small|large)$/),
    })
  })

  test('a context is never larger than the model knows', async () => {
    const { raw } = await call(await openLocal(local({ contextWindow: 1_000_000 }), engine), ask(PROMPT))
    expect(raw).toMatchObject({ context_size: 640 })
  })

  test('a prompt that does not fit is refused, not cut', async () => {
    const llm = await openLocal(local({ contextWindow: 256 }), engine)
    await expect(call(llm, ask('rain '.repeat(300)))).rejects.toMatchObject({
      code: 'prompt-too-long',
      retryable: false,
      message: expect.stringMatching(
        /^the prompt has \d+ tokens; the model \.\/muse\.gguf reads at most 251 here$/,
      ),
    })
    // Where there is little room left, the answer is short; nothing of the prompt is lost.
    const answer = await call(llm, ask('rain '.repeat(235), { sampling: { maxTokens: 200, temperature: 1 } }))
    expect(answer.usage!.inputTokens).toBeGreaterThan(235)
    expect(answer.usage!.inputTokens + answer.usage!.outputTokens).toBeLessThanOrEqual(256)
  })

  test('an abort ends a call at once, also one that waits for its turn', async () => {
    const llm = await openLocal(local(), engine)
    const [first, second] = [new AbortController(), new AbortController()]
    const endless = ask(PROMPT, { sampling: { maxTokens: 100_000, temperature: 2 } })
    const running = call(llm, endless, first.signal, () => {
      second.abort(new Error('no longer wanted'))
      first.abort(new Error('enough'))
    })
    const waiting = call(llm, endless, second.signal)
    await expect(waiting).rejects.toThrow('no longer wanted')
    await expect(running).rejects.toThrow('enough')
    expect((await call(llm, ask(PROMPT))).text).not.toBe('')
    const before = AbortSignal.abort(new Error('never begun'))
    await expect(call(llm, ask(PROMPT), before)).rejects.toThrow('never begun')
  })

  test('a call that takes too long is a timeout', async () => {
    const llm = await openLocal(local({ timeoutMs: 1 }), engine)
    await expect(call(llm, ask(PROMPT, { sampling: { maxTokens: 500 } }))).rejects.toMatchObject({
      code: 'timeout',
      retryable: true,
      message: 'the model ./muse.gguf did not finish within 1 ms',
    })
  })

  test('calls at the same time do not get in the way of each other', async () => {
    const alone = await openLocal(local(), engine)
    const together = await openLocal(local({ maxConcurrency: 3 }), engine)
    const requests = [1, 2, 3, 4, 5].map((seed) => ask(PROMPT, { sampling: { maxTokens: 30, seed } }))
    const expected: string[] = []
    for (const request of requests) expected.push((await call(alone, request)).text)
    const answers = await Promise.all(requests.map((request) => call(together, request)))
    expect(answers.map(({ text }) => text)).toEqual(expected)
  })

  test('a file is loaded once, however many LLMs it is for', () => {
    expect(loads).toBe(1)
  })

  test('a file that is no model, and a context without memory, are told apart', async () => {
    const path = join(folder, 'no-model.gguf')
    writeFileSync(path, 'no model')
    await expect(openLocal(local({ model: 'no-model.gguf', modelPath: path }), engine)).rejects.toMatchObject(
      {
        code: 'request-refused',
        retryable: false,
        message: expect.stringMatching(/^cannot load the model no-model\.gguf: Invalid GGUF magic/),
        help: expect.stringMatching(/GGUF/),
      },
    )
    await expect(openLocal(local({ maxConcurrency: 100_000 }), engine)).rejects.toMatchObject({
      code: 'request-refused',
      message: expect.stringMatching(/^no memory for a context of 640 tokens for each of 100000 calls: /),
      help: 'set a smaller "context_window" or "max_concurrency"',
    })
  })
})
