import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { generate } from '../../../src/llms/embedded/generation.ts'
import { loadMuse } from '../../../src/llms/embedded/muse.ts'
import { encodePrompt } from '../../../src/llms/embedded/prompt.ts'
import { modelFile, reference } from './shipped-model.ts'

test('the shipped model is the file that the reference outputs were computed with', () => {
  expect(createHash('sha256').update(modelFile).digest('hex')).toBe(reference.sha256)
})

describe.each(reference.cases)('the embedded model, asked $messages', (expected) => {
  test('reads the same tokens as the reference', async () => {
    const { tokenizer } = await loadMuse()
    expect(encodePrompt(tokenizer, expected.messages, 639)).toEqual(expected.prompt_ids)
  })

  test('finds the same five tokens likeliest to come first', async () => {
    const { transformer } = await loadMuse()
    const memory = transformer.newMemory(expected.prompt_ids.length)
    for (const token of expected.prompt_ids) transformer.read(memory, token)
    const logits = Array.from(transformer.predict(), (logit, id) => ({ id, logit }))
    const top = logits.sort((a, b) => b.logit - a.logit).slice(0, 5)
    expect(top.map(({ id }) => id)).toEqual(expected.first_step_top5.map(({ id }) => id))
    for (const [index, { logit }] of expected.first_step_top5.entries()) {
      expect(Math.abs(top[index]!.logit - logit)).toBeLessThan(0.01)
    }
  })

  test('takes the same tokens and ends where the reference ends', async () => {
    const { tokenizer, transformer } = await loadMuse()
    const memory = transformer.newMemory(640)
    for (const token of expected.prompt_ids) transformer.read(memory, token)
    const likeliest = (): number => {
      const logits = transformer.predict()
      return logits.indexOf(Math.max(...logits))
    }
    for (const token of expected.greedy_ids) {
      expect(likeliest()).toBe(token)
      transformer.read(memory, token)
    }
    expect(likeliest() === tokenizer.endId).toBe(expected.ended)
  })

  test('answers with the same text', async () => {
    const request = { messages: expected.messages, sampling: { maxTokens: 600, temperature: 0 } }
    const options = { signal: new AbortController().signal, onFirstToken: () => {} }
    expect(await generate(await loadMuse(), request, options)).toEqual({
      text: expected.text,
      finishReason: 'stop',
      usage: { inputTokens: expected.prompt_ids.length, outputTokens: expected.greedy_ids.length },
    })
  })
})
