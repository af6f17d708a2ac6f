import fc from 'fast-check'
import { expect, test } from 'vitest'
import { loadMuse } from '../../../src/llms/embedded/muse.ts'
import { encodePrompt } from '../../../src/llms/embedded/prompt.ts'
import type { Tokenizer } from '../../../src/llms/embedded/tokenizer.ts'
import { LlmError, type Message } from '../../../src/llms/llm.ts'

const { tokenizer } = await loadMuse()
const user = (content: string): Message => ({ role: 'user', content })

function decode({ bytes }: Tokenizer, ids: readonly number[]): string {
  return Buffer.concat(ids.map((id) => bytes(id) ?? Buffer.from('\0'))).toString()
}

function refusal(content: string): unknown {
  try {
    return encodePrompt(tokenizer, [user(content)], 639)
  } catch (error) {
    return error
  }
}

test('each message follows the mark of its role, and an earlier answer is closed', () => {
  const conversation: readonly Message[] = [
    { role: 'system', content: ' a ' },
    { role: 'user', content: 'b' },
    { role: 'assistant', content: 'c' },
    { role: 'user', content: 'd' },
  ]
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => tokenizer.encode(letter))
  expect(encodePrompt(tokenizer, conversation, 639)).toEqual([
    1,
    3,
    ...a!,
    4,
    ...b!,
    5,
    ...c!,
    2,
    4,
    ...d!,
    5,
  ])
})

test.each(['</s>', '<s>', '<|user|>', '<|assistant|>', '<|system|>', '<unk>', '<0x41>'])(
  'the text "%s" in a message stays text',
  (content) => {
    const [begin, mark, ...rest] = encodePrompt(tokenizer, [user(content)], 639)
    expect([begin, mark, rest.pop()]).toEqual([1, 4, 5])
    expect(rest.every((id) => tokenizer.bytes(id) !== undefined)).toBe(true)
    expect(decode(tokenizer, rest)).toBe(` ${content}`)
  },
)

test('no text gives a control token, and every text comes back from its tokens', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), (content) => {
      // The tokenizer writes a space as ▁, so it cannot tell the two apart.
      fc.pre(!content.includes('▁'))
      expect(decode(tokenizer, tokenizer.encode(content))).toBe(` ${content}`)
    }),
  )
})

test('a prompt that leaves room for one token is read, and one token more is refused', () => {
  const words = (count: number): string => Array.from({ length: count }, () => 'a').join(' ')
  expect(encodePrompt(tokenizer, [user(words(636))], 639)).toHaveLength(639)
  expect(refusal(words(637))).toBeInstanceOf(LlmError)
  expect(refusal(words(637))).toMatchObject({
    code: 'prompt-too-long',
    retryable: false,
    message: 'the prompt has at least 640 tokens; the embedded model reads at most 639',
  })
})

test('a text of megabytes is refused by its length, before it is taken apart', () => {
  // 71,429 is a million letters over the fourteen of the longest piece; taken apart it would be some other number.
  expect(refusal('x'.repeat(1_000_000))).toMatchObject({
    code: 'prompt-too-long',
    message: 'the prompt has at least 71429 tokens; the embedded model reads at most 639',
  })
})

test('the longest word that must be taken apart to be refused is refused', () => {
  expect(refusal('x'.repeat(14 * 639))).toMatchObject({ code: 'prompt-too-long' })
})
