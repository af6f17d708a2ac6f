import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { LlmConfig, LlmRequest } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { namedCalls, ToolCallPieces } from '../../src/llms/tool-calls.ts'
import { type Exchange, type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import * as wire from '../servers/openai-wire.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const delta = (fields: object, rest: object = {}) => ({ choices: [{ index: 0, delta: fields, ...rest }] })
const piece = (...calls: readonly object[]) => delta({ tool_calls: calls })

function assembled(...chunks: readonly Readonly<Record<string, unknown>>[]) {
  const pieces = new ToolCallPieces()
  for (const chunk of chunks) pieces.add(chunk)
  return pieces.finish()
}

describe('tool calls of a stream', () => {
  test('are put together whatever pieces their arguments come in and however they mix', () => {
    const call = fc.record({ name: fc.stringMatching(/^[a-z]{1,8}$/), given: fc.json() })
    fc.assert(
      fc.property(
        fc.array(call, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat(4), { maxLength: 60 }),
        fc.integer({ min: 1, max: 7 }),
        (calls, order, size) => {
          const waiting = calls.map(({ name, given }, index) => [
            { index, id: `id${index}`, type: 'function', function: { name, arguments: '' } },
            ...(given.match(new RegExp(`[^]{1,${size}}`, 'g')) ?? []).map((text) => ({
              index,
              function: { arguments: text },
            })),
          ])
          const chunks = [
            ...waiting.map((pieces) => piece(pieces.shift() ?? {})),
            ...order.flatMap((at) => {
              const next = waiting[at % waiting.length]?.shift()
              return next === undefined ? [] : [piece(next)]
            }),
            ...waiting.flatMap((pieces) => pieces.map((each) => piece(each))),
          ]
          expect(assembled(...chunks)).toEqual(
            calls.map(({ name, given }, index) => ({ id: `id${index}`, name, arguments: given })),
          )
        },
      ),
    )
  })

  test('may have holes in their indices', () => {
    const calls = assembled(
      piece({ index: 1, id: 'a', function: { name: 'f', arguments: '{}' } }),
      piece({ index: 4, id: 'b', function: { name: 'g', arguments: '{}' } }),
    )
    expect(calls.map(({ name }) => name)).toEqual(['f', 'g'])
  })

  test('are told apart by their ids where a server gives all of them one index', () => {
    expect(
      assembled(
        piece({ index: 0, id: 'a', function: { name: 'f', arguments: '{"x":1}' } }),
        piece({ index: 0, id: 'b', function: { name: 'g', arguments: '{"x"' } }),
        piece({ index: 0, function: { arguments: ':2}' } }),
      ),
    ).toEqual([
      { id: 'a', name: 'f', arguments: '{"x":1}' },
      { id: 'b', name: 'g', arguments: '{"x":2}' },
    ])
  })

  test('may repeat their name, but not change it', () => {
    const first = piece({ index: 0, id: 'a', function: { name: 'f', arguments: '{' } })
    expect(assembled(first, piece({ index: 0, function: { name: 'f', arguments: '}' } }))).toEqual([
      { id: 'a', name: 'f', arguments: '{}' },
    ])
    expect(() => assembled(first, piece({ index: 0, function: { name: 'g' } }))).toThrow(
      'the answer gives one tool call two names',
    )
  })

  test('must say which tool they mean', () => {
    expect(() => assembled(piece({ index: 0, id: 'a', function: { arguments: '{}' } }))).toThrow(
      'the answer asks for a tool without a name',
    )
  })

  test('get an id where the server gives none, or one twice', () => {
    const call = (id: string) => ({ id, name: 'f', arguments: '{}' })
    const ids = namedCalls([call(''), call('call_1'), call('x'), call('x'), call('y'.repeat(9000))])
    expect(ids.map(({ id }) => id)).toEqual(['call_1', 'call_2', 'x', 'call_4', 'call_5'])
  })

  test('may come as objects, and nothing that is none of them does harm', () => {
    expect(assembled(piece({ function: { name: 'f', arguments: { a: 1 } } }))).toEqual([
      { id: 'call_1', name: 'f', arguments: '{"a":1}' },
    ])
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), (calls) => {
        try {
          for (const call of assembled(delta({ tool_calls: calls }))) expect(call.name).not.toBe('')
        } catch (error) {
          expect(Object(error)['name']).toBe('LlmError')
        }
      }),
    )
  })

  test('of another choice than the first are not this answer’s', () => {
    const chunk = { choices: [{ index: 1, delta: { tool_calls: [{ function: { name: 'f' } }] } }] }
    expect(assembled(chunk)).toEqual([])
  })
})

const KEY = 'sk-test-not-a-real-key'
let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(faults['a stream'])
})
afterAll(() => server.close())

const parameters = { type: 'object', properties: { x: { type: 'number' } } }
const TOOLS: LlmRequest['tools'] = [
  { name: 'add', description: 'Adds', parameters, isStrict: false },
  { name: 'look', description: 'Looks', parameters: { type: 'object' }, isStrict: true },
]

/** Sends a request to the server of this test, which answers with these bytes. */
async function call(
  request: LlmRequest,
  body: (exchange: Exchange) => string,
  fields: Partial<LlmConfig> = {},
) {
  server.behave((exchange) => exchange.write(wire.http({ body: body(exchange) })))
  const llm = await openLlm(llmConfig({ baseUrl: server.baseUrl, ...fields }), {
    world: stillWorld({ OPENAI_API_KEY: KEY }),
    allowHosts: ['127.0.0.1'],
    allowEnv: ['OPENAI_API_KEY'],
  })
  let firstTokens = 0
  const answer = await llm.call(request, {
    signal: new AbortController().signal,
    onFirstToken: () => firstTokens++,
  })
  return { answer, firstTokens, sent: JSON.parse(server.requests.at(-1)?.body ?? '') }
}

const asking = (finishReason: string) => () =>
  [
    piece({ index: 0, id: 'a', type: 'function', function: { name: 'add', arguments: '{"x"' } }),
    piece({ index: 0, function: { arguments: ':1}' } }),
    delta({}, { finish_reason: finishReason }),
    '[DONE]',
  ]
    .map(wire.event)
    .join('')

describe('over a real connection', () => {
  test('an answer that asks for tools says so, whatever its server calls that end', async () => {
    for (const reason of ['tool_calls', 'stop']) {
      const { answer, firstTokens } = await call(ask('Hi', { tools: TOOLS }), asking(reason))
      expect(answer).toMatchObject({
        text: '',
        finishReason: 'tool-calls',
        toolCalls: [{ id: 'a', name: 'add', arguments: '{"x":1}' }],
      })
      expect(firstTokens).toBe(1)
    }
  })

  test('an answer that is cut off asks for nothing', async () => {
    const { answer } = await call(ask('Hi', { tools: TOOLS }), asking('length'))
    expect(answer.finishReason).toBe('length')
    expect(answer.toolCalls).toBeUndefined()
  })

  test('a tool that nobody has offered is not asked for', async () => {
    await expect(call(ask('Hi'), asking('tool_calls'))).rejects.toMatchObject({ code: 'bad-response' })
  })

  test('no key of a call gets through', async () => {
    const body = () => asking('tool_calls')().replace(':1}', `:\\"${KEY}\\"}`)
    const { answer } = await call(ask('Hi', { tools: TOOLS }), body)
    expect(JSON.stringify(answer)).not.toContain(KEY)
  })

  const turns: LlmRequest['messages'] = [
    { role: 'user', content: 'What is 1 + 1?' },
    {
      role: 'assistant',
      content: '',
      toolCalls: [{ id: 'a', name: 'add', arguments: '{"x":1}' }],
    },
    { role: 'tool', content: '2', toolCallId: 'a' },
  ]
  const format = { name: 'plan', schema: { type: 'object' }, isStrict: true }
  const whole = ask('', { messages: turns, tools: TOOLS, responseFormat: format })

  test('chat gets tools, turns and the format of the answer in its own words', async () => {
    const { sent } = await call(whole, (exchange) => JSON.stringify(wire.completion(exchange)))
    expect(sent).toMatchObject({
      messages: [
        { role: 'user', content: 'What is 1 + 1?' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 'a', type: 'function', function: { name: 'add', arguments: '{"x":1}' } }],
        },
        { role: 'tool', content: '2', tool_call_id: 'a' },
      ],
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'plan', schema: { type: 'object' }, strict: true },
      },
    })
    expect(sent.tools).toEqual([
      { type: 'function', function: { name: 'add', description: 'Adds', parameters } },
      {
        type: 'function',
        function: { name: 'look', description: 'Looks', parameters: { type: 'object' }, strict: true },
      },
    ])
  })

  test('the responses API gets them in its words, and asks in its words', async () => {
    const asked = { type: 'function_call', id: 'fc_1', call_id: 'b', name: 'look', arguments: '{}' }
    const { sent, answer } = await call(whole, () => JSON.stringify(wire.response({ output: [asked] })), {
      api: 'responses',
    })
    expect(sent).toMatchObject({
      input: [
        { role: 'user', content: 'What is 1 + 1?' },
        { type: 'function_call', call_id: 'a', name: 'add', arguments: '{"x":1}' },
        { type: 'function_call_output', call_id: 'a', output: '2' },
      ],
      text: { format: { type: 'json_schema', name: 'plan', schema: { type: 'object' }, strict: true } },
      tools: [
        { type: 'function', name: 'add', strict: false },
        { type: 'function', name: 'look', strict: true },
      ],
    })
    expect(answer).toMatchObject({
      finishReason: 'tool-calls',
      toolCalls: [{ id: 'b', name: 'look', arguments: '{}' }],
    })
  })
})
