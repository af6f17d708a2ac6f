import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { answerFrom } from '../../src/llms/answer.ts'
import { Completion } from '../../src/llms/completion.ts'
import { parseObject } from '../../src/llms/json.ts'

const same = (text: string) => text

function put(...chunks: readonly Readonly<Record<string, unknown>>[]): unknown {
  const completion = new Completion()
  for (const chunk of chunks) completion.add(chunk)
  return completion.toObject()
}

const delta = (fields: object, rest: object = {}) => ({ choices: [{ index: 0, delta: fields, ...rest }] })

test('pieces of text are joined, names are not', () => {
  expect(
    put(
      { id: 'a', object: 'chat.completion.chunk', ...delta({ role: 'assistant', content: '' }) },
      { id: 'a', ...delta({ role: 'assistant', content: 'Hel', reasoning_content: 'Hm' }) },
      { id: 'a', ...delta({ content: 'lo', reasoning_content: 'm' }), provider: 'X' },
      { id: 'a', ...delta({}, { finish_reason: 'stop' }) },
      { id: 'a', choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } },
    ),
  ).toEqual({
    id: 'a',
    object: 'chat.completion',
    provider: 'X',
    usage: { prompt_tokens: 1, completion_tokens: 2 },
    choices: [
      {
        index: 0,
        finish_reason: 'stop',
        message: { role: 'assistant', content: 'Hello', reasoning_content: 'Hmm' },
      },
    ],
  })
})

test('tool calls are put together by their index, log probabilities one after the other', () => {
  const call = (index: number, fields: object) => delta({ tool_calls: [{ index, ...fields }] })
  expect(
    put(
      call(0, { id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a"' } }),
      call(1, { id: 'c1', type: 'function', function: { name: 'g', arguments: '' } }),
      call(0, { function: { arguments: ':1}' } }),
      delta({}, { logprobs: { content: [{ token: 'a' }] } }),
      delta({}, { logprobs: { content: [{ token: 'b' }] } }),
    ),
  ).toEqual({
    choices: [
      {
        index: 0,
        message: {
          tool_calls: [
            { index: 0, id: 'c0', type: 'function', function: { name: 'f', arguments: '{"a":1}' } },
            { index: 1, id: 'c1', type: 'function', function: { name: 'g', arguments: '' } },
          ],
        },
        logprobs: { content: [{ token: 'a' }, { token: 'b' }] },
      },
    ],
  })
})

test('the chunks themselves stay as they were', () => {
  const first = delta({ content: 'a', list: [{ index: 0, text: 'x' }] })
  const before = structuredClone(first)
  put(first, delta({ content: 'b', list: [{ index: 0, text: 'y' }] }))
  expect(first).toEqual(before)
})

test('a hundred thousand chunks take linear time', () => {
  const completion = new Completion()
  for (let i = 0; i < 100_000; i++) {
    completion.add(
      delta({ content: 'x', tool_calls: [{ index: i }] }, { logprobs: { content: [{ token: 'x' }] } }),
    )
  }
  // Five billion steps, and the test's time limit, if each chunk looked at all before it.
  expect(JSON.stringify(completion.toObject()).length).toBeGreaterThan(1_000_000)
})

test('text may hold any brackets and be megabytes long; nesting may not be deep', () => {
  const text = `${'[{"\\'.repeat(500)}${'x'.repeat(7 * 2 ** 20)}`
  expect(parseObject(JSON.stringify({ text }), same)).toEqual({ text })
  const nested = (depth: number) => `{"a":${'['.repeat(depth)}${' '.repeat(300)}${']'.repeat(depth)}}`
  expect(parseObject(nested(127), same)).toHaveProperty('a')
  expect(() => parseObject(nested(128), same)).toThrow('the answer is nested too deeply to be one')
})

test('a field called __proto__ does no harm', () => {
  const evil =
    '{"__proto__":{"polluted":1},"choices":[{"index":0,"__proto__":{"polluted":1},"delta":{"__proto__":{"polluted":1},"content":"a"},"finish_reason":"stop"}]}'
  const object = put(parseObject(evil, same), parseObject(evil, same))
  expect(Object('x')['polluted']).toBeUndefined()
  expect(JSON.stringify(object)).toBe(
    '{"choices":[{"index":0,"finish_reason":"stop","message":{"content":"aa"}}]}',
  )
})

test('a field named like something that every object has is a field like any other', () => {
  const chunk = parseObject('{"choices":[{"toString":null,"constructor":"a"}]}', same)
  expect(put(chunk, chunk)).toEqual({ choices: [{ index: 0, toString: null, constructor: 'aa' }] })
})

test('whatever JSON a server sends, the result is an answer or an LlmError, and raw is plain JSON', () => {
  const chunk = fc.record(
    {
      id: fc.jsonValue(),
      usage: fc.oneof(
        fc.jsonValue(),
        fc.record({ prompt_tokens: fc.jsonValue(), completion_tokens: fc.jsonValue() }),
      ),
      choices: fc.oneof(
        fc.jsonValue(),
        fc.array(
          fc.record(
            {
              index: fc.oneof(fc.nat(3), fc.jsonValue()),
              delta: fc.oneof(
                fc.jsonValue(),
                fc.record({ content: fc.jsonValue(), refusal: fc.jsonValue() }),
              ),
              message: fc.jsonValue(),
              finish_reason: fc.oneof(
                fc.constantFrom('stop', 'length', null, 'abort', 'tool_calls'),
                fc.jsonValue(),
              ),
            },
            { requiredKeys: [] },
          ),
        ),
      ),
    },
    { requiredKeys: [] },
  )
  fc.assert(
    fc.property(
      fc.array(chunk, { maxLength: 6 }),
      fc.constantFrom('chat' as const, 'completions' as const),
      (chunks, api) => {
        const completion = new Completion()
        for (const each of chunks) completion.add(parseObject(JSON.stringify(each), same))
        const object = completion.toObject()
        expect(JSON.parse(JSON.stringify(object))).toEqual(object)
        try {
          const answer = answerFrom(object, api, { requestId: undefined })
          expect(typeof answer.text).toBe('string')
        } catch (error) {
          expect(Object(error)['name']).toBe('LlmError')
        }
      },
    ),
    { numRuns: 2000 },
  )
})
