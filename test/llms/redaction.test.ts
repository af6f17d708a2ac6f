import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRedactor, secretsIn } from '../../src/llms/redaction.ts'
import { llmConfig } from './world.ts'

const KEY = 'test/key+with "odd" characters\\'

test('a secret disappears in every form in which it is likely to be written', () => {
  const redact = createRedactor([KEY])
  const text = [
    KEY,
    Buffer.from(KEY).toString('base64'),
    Buffer.from(KEY).toString('base64url'),
    encodeURIComponent(KEY),
    JSON.stringify({ key: KEY }),
  ].join('\n')
  expect(redact(text)).toBe(
    ['[redacted]', '[redacted]', '[redacted]', '[redacted]', '{"key":"[redacted]"}'].join('\n'),
  )
})

test('a secret that holds another one leaves nothing behind', () => {
  expect(createRedactor(['abcdefgh', 'abcdefghijkl'])('xabcdefghijklx abcdefgh')).toBe(
    'x[redacted]x [redacted]',
  )
})

test('short values are not secrets: they would black out ordinary words', () => {
  expect(createRedactor(['local', ''])('a local model')).toBe('a local model')
})

test.each([
  ['sk-test-not-a-real-key-0123456789', '[redacted]'],
  ['key: sk-ant-test-not-a-real-key-01 end', 'key: [redacted] end'],
  [`AIza${'x'.repeat(35)}`, '[redacted]'],
  [`ghp_${'x'.repeat(36)}`, '[redacted]'],
  [`gsk_${'x'.repeat(40)}`, '[redacted]'],
  ['Authorization: Bearer abc.def-123456==', 'Authorization: Bearer [redacted]'],
  ['authorization: bearer tokentoken', 'authorization: bearer [redacted]'],
])('what looks like a key is taken for one: %s', (text, clean) => {
  expect(createRedactor([])(text)).toBe(clean)
})

test.each([
  'a task-list of risk-free ideas',
  'the bearer of this letter',
  'sk-1',
  'whisk-and-desk-lamp-combination',
])('ordinary text stays: %s', (text) => {
  expect(createRedactor(['some-other-secret'])(text)).toBe(text)
})

test('no secret survives, wherever it stands', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 8, maxLength: 40 }),
      fc.string(),
      fc.string(),
      (secret, before, after) => {
        const clean = createRedactor([secret])(before + secret + after)
        // The stand-in itself is the only text a secret could still be found in.
        expect(
          clean.replaceAll('[redacted]', '').includes(secret) && !(before + after).includes(secret),
        ).toBe(false)
      },
    ),
  )
})

test('secrets are those of known variables, of *_API_KEY, and of the variables that a flow names', () => {
  const env = {
    OPENAI_API_KEY: 'openai-key',
    SOME_OTHER_API_KEY: 'other-key',
    NAMED: 'named-key',
    HEADER: 'Bearer header-key',
    PATH: '/usr/bin',
    EMPTY_API_KEY: '',
  }
  const llm = llmConfig({ apiKeyEnv: 'NAMED', headersEnv: new Map([['authorization', 'HEADER']]) })
  expect([...secretsIn(env, [llm])].toSorted()).toEqual([
    'header-key',
    'named-key',
    'openai-key',
    'other-key',
  ])
  expect(secretsIn({ PATH: '/usr/bin' })).toEqual([])
})
