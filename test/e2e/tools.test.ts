import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Exchange, type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import * as wire from '../servers/openai-wire.ts'
import { folderWith, llmflows } from './llmflows.ts'

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(faults['a stream'])
})
afterAll(() => server.close())

const part = (delta: object, finishReason: string | null = null) =>
  wire.event({ id: '1', model: 'm', choices: [{ index: 0, delta, finish_reason: finishReason }] })

/** Two calls, their arguments in pieces that mix. */
const askForTools = [
  part({ role: 'assistant', content: null }),
  part({ tool_calls: [{ index: 0, id: 'a', type: 'function', function: { name: 'add', arguments: '' } }] }),
  part({
    tool_calls: [{ index: 1, id: 'b', type: 'function', function: { name: 'add', arguments: '{"x":' } }],
  }),
  part({ tool_calls: [{ index: 0, function: { arguments: '{"x": 1, "y' } }] }),
  part({ tool_calls: [{ index: 0, function: { arguments: '": 2}' } }] }),
  part({ tool_calls: [{ index: 1, function: { arguments: '"one"}' } }] }),
  part({}, 'tool_calls'),
  wire.event({ id: '1', choices: [], usage: { prompt_tokens: 20, completion_tokens: 10, total_tokens: 30 } }),
  wire.DONE,
].join('')

const say = (text: string) =>
  part({ content: text }) +
  part({}, 'stop') +
  wire.event({ id: '1', choices: [], usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 } }) +
  wire.DONE

/** Answers with these streams, one after the other. */
function answers(...bodies: readonly string[]): void {
  const first = server.requests.length
  server.behave((exchange: Exchange) => {
    const body = bodies[exchange.count - first - 1] ?? say('no more')
    exchange.write(wire.http({ body, headers: { 'content-type': 'text/event-stream' } }))
  })
}

const sent = (): readonly Record<string, unknown>[] =>
  server.requests.map(({ body }) => JSON.parse(body) as Record<string, unknown>)

const files = (provider: string) => ({
  'sums.mjs': 'export const add = ({ x, y }) => x + y\n',
  'agent.yaml': `llmflows: 1
name: agent
llms:
  thinker: { provider: ${provider}, base_url: "${server.baseUrl}", model: m, price: { input: 1, output: 1 } }
tools:
  add:
    description: Adds two numbers
    function: ./sums.mjs#add
    parameters:
      type: object
      properties: { x: { type: number }, y: { type: number } }
      required: [x, y]
      additionalProperties: false
steps:
  sum:
    prompt: "What is {question}?"
    tools: [add]
    output_schema: { type: object, properties: { sum: { type: number } }, required: [sum] }
`,
})

test('a model behind a server asks for tools, is told what they gave, and is asked again for JSON', async () => {
  const before = server.requests.length
  answers(askForTools, say('It is three'), say('{"sum": 3}'))
  const cwd = folderWith(files('openai-compatible'))
  const args = ['run', 'agent.yaml', '--question', '1 + 2', '--verbose']
  const ended = await llmflows(args, { cwd })
  expect(ended.stderr.replaceAll(/\d+\.\d\ds/g, '0.00s'))
    .toContain(` 0.00s  ▶ sum            openai-compatible m
 0.00s  ↳ sum   0.00s    add({"x":"one"}) ✖ the arguments do not fit: lacks "y"; at x must be a number, not "one"
 0.00s  ↳ sum   0.00s    add({"x":1,"y":2}) → 3
`)
  expect(ended.status).toBe(0)
  const result = JSON.parse(ended.stdout) as { outputs: unknown; usage: { calls: number; cost: number } }
  expect(result.outputs).toEqual({ sum: { sum: 3 } })
  expect(result.usage).toMatchObject({ calls: 3, input_tokens: 34, output_tokens: 14, cost: 0.000048 })
  const [first, second, third] = sent().slice(before)
  const prompt = expect.stringMatching(/^What is 1 \+ 2\?\n\nAnswer with JSON that fits this JSON Schema/)
  expect(first).toMatchObject({
    messages: [{ role: 'user', content: prompt }],
    tools: [{ type: 'function', function: { name: 'add', description: 'Adds two numbers' } }],
  })
  expect(first).not.toHaveProperty('response_format')
  expect(second!['messages']).toEqual([
    { role: 'user', content: prompt },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'a', type: 'function', function: { name: 'add', arguments: '{"x": 1, "y": 2}' } },
        { id: 'b', type: 'function', function: { name: 'add', arguments: '{"x":"one"}' } },
      ],
    },
    { role: 'tool', content: '3', tool_call_id: 'a' },
    {
      role: 'tool',
      content: '{"error":"the arguments do not fit: lacks \\"y\\"; at x must be a number, not \\"one\\""}',
      tool_call_id: 'b',
    },
  ])
  expect((third!['messages'] as readonly object[]).slice(4)).toEqual([
    { role: 'assistant', content: 'It is three' },
    { role: 'user', content: expect.stringContaining('is not JSON') },
  ])
})

test('a server that knows schemas is told of it in the request', async () => {
  const before = server.requests.length
  answers(say('{"sum": 3}'))
  const cwd = folderWith(files('ollama'))
  const ended = await llmflows(['run', 'agent.yaml', '--question', '1 + 2', '-q'], { cwd })
  expect(ended.stderr).toBe('')
  expect(sent().slice(before)).toMatchObject([
    {
      messages: [{ role: 'user', content: 'What is 1 + 2?' }],
      response_format: { type: 'json_schema', json_schema: { name: 'sum', schema: { required: ['sum'] } } },
    },
  ])
})

test('ten thousand calls in one answer, and a call of eight megabytes, end the step and nothing else', async () => {
  const cwd = folderWith(files('openai-compatible'))
  const many = Array.from({ length: 10_000 }, (_, index) => ({
    index,
    id: `c${index}`,
    function: { name: 'add', arguments: '{"x":1,"y":1}' },
  }))
  answers(part({ tool_calls: many }) + part({}, 'tool_calls') + wire.DONE)
  const args = ['run', 'agent.yaml', '--question', 'x', '-q', '--select', 'steps.sum.error.code', '--raw']
  const manyCalls = await llmflows(args, { cwd })
  expect(manyCalls).toMatchObject({ status: 1, stdout: 'too-many-tool-calls\n' })
  const huge = { index: 0, id: 'a', function: { name: 'add', arguments: 'x'.repeat(9 * 1024 * 1024) } }
  answers(part({ tool_calls: [huge] }) + part({}, 'tool_calls') + wire.DONE)
  expect(await llmflows(args, { cwd })).toMatchObject({ status: 1, stdout: 'response-too-large\n' })
})
