import { describe, expect, test, vi } from 'vitest'
import { isDeclined } from '../../../src/llms/embedded/declined.ts'
import { openEmbedded } from '../../../src/llms/embedded/embedded-llm.ts'
import { loadMuse } from '../../../src/llms/embedded/muse.ts'
import { type LlmAnswer, type LlmConfig, LlmError, type Sampling } from '../../../src/llms/llm.ts'

const config: LlmConfig = {
  name: 'toy',
  provider: 'embedded',
  api: 'chat',
  model: 'muse',
  sampling: { maxTokens: 400 },
  timeoutMs: 600_000,
  maxRetries: 0,
}
const title = 'What is a good title of a movie about friendship?'
const lyrics = 'Write lyrics of a movie song called Dear Robots. The main characters are Ada and Björn'

async function ask(content: string, sampling: Partial<Sampling> = {}): Promise<LlmAnswer> {
  const llm = await openEmbedded(config)
  return llm.call(
    { messages: [{ role: 'user', content }], sampling: { maxTokens: 400, ...sampling } },
    { signal: new AbortController().signal, onFirstToken: () => {} },
  )
}

test('the embedded model answers with text, usage and a note of what it is', async () => {
  expect(await ask(title, { temperature: 0 })).toEqual({
    text: 'The Friendship Promise',
    finishReason: 'stop',
    usage: { inputTokens: 17, outputTokens: 6 },
    model: 'muse-1.0.0',
    raw: {
      object: 'embedded.completion',
      model: 'muse-1.0.0',
      text: 'The Friendship Promise',
      finish_reason: 'stop',
      usage: { input_tokens: 17, output_tokens: 6 },
      note: 'answered by muse, a tiny demonstration model inside llmflows',
    },
  })
})

test('the embedded model is loaded once, also for callers that come at the same time', async () => {
  expect(new Set(await Promise.all([loadMuse(), loadMuse(), loadMuse()])).size).toBe(1)
})

test('the first token is announced once', async () => {
  const onFirstToken = vi.fn()
  const llm = await openEmbedded(config)
  const request = { messages: [{ role: 'user', content: title } as const], sampling: { maxTokens: 400 } }
  await llm.call(request, { signal: new AbortController().signal, onFirstToken })
  expect(onFirstToken).toHaveBeenCalledOnce()
})

describe('sampling', () => {
  test('the same request has the same answer, with and without a seed', async () => {
    expect(await ask(title)).toEqual(await ask(title))
    expect(await ask(title, { seed: 9 })).toEqual(await ask(title, { seed: 9 }))
  })

  test('what is left out is temperature 0.7, top-p 0.9 and seed 0', async () => {
    expect(await ask(lyrics)).toEqual(await ask(lyrics, { temperature: 0.7, topP: 0.9, seed: 0 }))
    const texts = await Promise.all(
      [{}, { temperature: 1.2 }, { topP: 0.2 }, { seed: 1 }].map((sampling) => ask(lyrics, sampling)),
    )
    expect(new Set(texts.map(({ text }) => text)).size).toBe(4)
  })

  test('five critics side by side say what they say one after the other', async () => {
    const seeds = [1, 2, 3, 4, 5]
    const review = `Hey, what is your opinion on the following song: Verse 1:\nNora was walking through the rain`
    const together = await Promise.all(seeds.map((seed) => ask(review, { seed })))
    for (const [index, seed] of seeds.entries()) expect(await ask(review, { seed })).toEqual(together[index])
    expect(new Set(together.map(({ text }) => text)).size).toBeGreaterThan(1)
  })
})

describe('an answer ends', () => {
  test('at a stop text, also one that begins in one token and ends in another', async () => {
    const answer = await ask(title, { temperature: 0, stop: ['endsh', 'Promise'] })
    expect(answer).toMatchObject({ text: 'The Fri', finishReason: 'stop' })
  })

  test('at the most tokens that were asked for, and says so', async () => {
    const whole = await ask(lyrics, { temperature: 0 })
    const part = await ask(lyrics, { temperature: 0, maxTokens: 20 })
    expect(part.finishReason).toBe('length')
    expect(part.usage).toEqual({ inputTokens: 28, outputTokens: 20 })
    expect(whole.text.startsWith(part.text)).toBe(true)
    expect(part.text.length).toBeLessThan(whole.text.length)
  })

  test('where the context is full, and says so', async () => {
    const answer = await ask(`Repeat: ${'rain '.repeat(618)}`)
    expect(answer.usage).toEqual({ inputTokens: 625, outputTokens: 15 })
    expect(answer.finishReason).toBe('length')
  })
})

describe('a call fails', () => {
  test('when the prompt leaves no room for an answer', async () => {
    const error = await ask('word '.repeat(700)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LlmError)
    expect(error).toMatchObject({ code: 'prompt-too-long', retryable: false })
  })

  test('with the reason of the signal when it is aborted in the middle', async () => {
    const controller = new AbortController()
    const reason = new Error('interrupted')
    const llm = await openEmbedded(config)
    const request = { messages: [{ role: 'user', content: lyrics } as const], sampling: { maxTokens: 400 } }
    const call = llm.call(request, {
      signal: controller.signal,
      onFirstToken: () => controller.abort(reason),
    })
    await expect(call).rejects.toBe(reason)
  })

  test('without computing anything when the signal is aborted already', async () => {
    const llm = await openEmbedded(config)
    const onFirstToken = vi.fn()
    const request = { messages: [{ role: 'user', content: lyrics } as const], sampling: { maxTokens: 400 } }
    await expect(llm.call(request, { signal: AbortSignal.abort('no'), onFirstToken })).rejects.toBe('no')
    expect(onFirstToken).not.toHaveBeenCalled()
  })

  test('when it takes longer than its time limit', async () => {
    const llm = await openEmbedded({ ...config, timeoutMs: 1 })
    const request = {
      messages: [{ role: 'user', content: Array.from({ length: 600 }, () => 'a').join(' ') } as const],
      sampling: { maxTokens: 30 },
    }
    const call = llm.call(request, { signal: new AbortController().signal, onFirstToken: () => {} })
    await expect(call).rejects.toMatchObject({
      code: 'timeout',
      message: 'the embedded model did not finish within 1 ms',
    })
  })
})

test('an answer by which the model declines is recognised, and no other', async () => {
  expect(isDeclined((await ask('What is the capital of France?')).text)).toBe(true)
  expect(isDeclined((await ask('Who are you?')).text)).toBe(true)
  expect(isDeclined((await ask(title)).text)).toBe(false)
  expect(isDeclined('I do not know.')).toBe(false)
  expect(isDeclined('')).toBe(false)
})
