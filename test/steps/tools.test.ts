import { describe, expect, test } from 'vitest'
import type { Json, RunOptions } from '../../src/index.ts'
import { loaded } from '../run/flow-files.ts'
import { calls, only, told, type Told } from '../run/front-door.ts'
import { codeFlow } from './code-flow.ts'

const lookup = {
  name: 'lookup',
  inputs: { word: { description: 'The word' }, count: { type: 'integer', default: 1 } },
  llms: {
    library: { provider: 'scripted', answers: [{ match: 'bad', status: 400 }, { answer: '<{prompt}>' }] },
  },
  steps: { found: { prompt: '{word}' } },
}

interface Script {
  readonly answers: readonly object[]
  readonly step?: object
  readonly llm?: object
  readonly tools?: Readonly<Record<string, object>>
  readonly options?: Omit<RunOptions, 'world'>
}

const tools = { lookup: { description: 'Looks a word up', flow: './lookup.json' } }
const asks = (...toolCalls: readonly object[]) => ({ tool_calls: toolCalls })
const looks = (word: Json) => ({ name: 'lookup', arguments: { word } })

/** Asks a model that may look words up, which a flow does. */
async function asked({ answers, step, llm, tools: other, options }: Script): Promise<Told> {
  const flows = {
    'outer.json': {
      llms: { thinker: { provider: 'scripted', answers, ...llm } },
      tools: { ...tools, ...other },
      steps: { think: { prompt: 'What is pi?', tools: ['lookup'], ...step } },
    },
    'lookup.json': lookup,
  }
  return told(await loaded(flows), options ?? {})
}

const thinking = (run: Told) => run.result.steps['think']!
const turnsOf = (run: Told) => thinking(run).call_data!.attempts.flatMap(({ messages = [] }) => messages)
/** What the model was told by tools. */
const given = (run: Told) => turnsOf(run).flatMap(({ role, content }) => (role === 'tool' ? [content] : []))

describe('a model with tools', () => {
  test('asks for some, is told what they gave, and answers', async () => {
    const run = await asked({
      answers: [
        { match: 'What is', ...asks(looks('pi'), looks('tau')) },
        { match: '<tau>', answer: 'a ratio' },
      ],
    })
    expect(run.result.outputs).toEqual({ think: 'a ratio' })
    expect(thinking(run).call_data!.tool_calls).toMatchObject([
      {
        call: 1,
        attempt: 1,
        tool: 'lookup',
        arguments: { word: 'pi' },
        result: { found: '<pi>' },
        error: null,
      },
      {
        call: 2,
        attempt: 1,
        tool: 'lookup',
        arguments: { word: 'tau' },
        result: { found: '<tau>' },
        error: null,
      },
    ])
    expect(turnsOf(run)).toEqual([
      {
        role: 'assistant',
        content: '',
        tool_calls: [
          { id: 'call_1_1', name: 'lookup', arguments: '{"word":"pi"}' },
          { id: 'call_1_2', name: 'lookup', arguments: '{"word":"tau"}' },
        ],
      },
      { role: 'tool', content: '{"found":"<pi>"}', tool_call_id: 'call_1_1' },
      { role: 'tool', content: '{"found":"<tau>"}', tool_call_id: 'call_1_2' },
    ])
    expect(thinking(run).call_data).toMatchObject({ retries: 0, finish_reason: 'stop' })
    expect(thinking(run).runs!.map(({ inputs }) => inputs)).toEqual([
      { word: 'pi', count: 1 },
      { word: 'tau', count: 1 },
    ])
  })

  test('is told what they are, in the record too', async () => {
    const run = await asked({ answers: [{ answer: 'a ratio' }] })
    expect(only(run, 'step-started')[0]!.model_config!.tools).toEqual([
      {
        name: 'lookup',
        description: 'Looks a word up',
        parameters: {
          type: 'object',
          properties: {
            word: { type: 'string', description: 'The word' },
            count: { type: 'integer', default: 1 },
          },
          required: ['word'],
          additionalProperties: false,
        },
        strict: false,
      },
    ])
    expect(thinking(run).call_data).not.toHaveProperty('tool_calls')
  })

  test('has its tools called at the same time', async () => {
    const run = await asked({
      answers: [{ match: 'What is', ...asks(looks('a'), looks('b'), looks('c')) }, { answer: 'x' }],
    })
    const order = run.events.flatMap(({ type }) => (type.startsWith('tool-call') ? [type] : []))
    expect(order.slice(0, 3)).toEqual(Array.from({ length: 3 }, () => 'tool-call-started'))
    expect(order).toHaveLength(6)
  })

  test('is told of what it asks for that cannot be done, and nothing of that is done', async () => {
    const wrong = [
      { name: 'lokup', arguments: { word: 'pi' } },
      looks(5),
      { name: 'lookup', arguments: '{"word":' },
      { name: 'lookup', arguments: '[1]' },
      { name: 'lookup', arguments: { word: 'pi', __proto: 1 } },
      { name: 'lookup', arguments: '{"word":"pi","__proto__":{"x":1}}' },
    ]
    const run = await asked({ answers: [{ match: 'What is', ...asks(...wrong) }, { answer: 'x' }] })
    expect(run.result.status).toBe('succeeded')
    expect(given(run)).toEqual(
      [
        'there is no tool "lokup", only "lookup"',
        'the arguments do not fit: at word must be text, not 5',
        expect.stringContaining('the arguments are not JSON'),
        'the arguments do not fit: must be an object, not [1]',
        'the arguments do not fit: has no "__proto"',
        'the arguments do not fit: has no "__proto__"',
      ].map((error) => (typeof error === 'string' ? JSON.stringify({ error }) : error)),
    )
    expect(only(run, 'flow-event')).toEqual([])
    // What servers would refuse is not said again as it was.
    const said = turnsOf(run)[0]!.tool_calls!.map((call) => call.arguments)
    expect(said[2]).toBe('{}')
    expect(said[3]).toBe('{}')
  })

  test('is told that a tool has failed, and goes on', async () => {
    const run = await asked({
      answers: [
        { match: 'What is', ...asks(looks('bad')) },
        { match: 'error', answer: 'sorry' },
      ],
    })
    expect(run.result.outputs).toEqual({ think: 'sorry' })
    const [call] = thinking(run).call_data!.tool_calls!
    expect(call).toMatchObject({ result: null, error: { message: expect.stringContaining('step "found"') } })
    expect(JSON.parse(given(run)[0]!)).toEqual({ error: call!.error!.message })
  })

  test('must answer after max_rounds', async () => {
    const run = await asked({ answers: [asks(looks('pi'))], step: { max_rounds: 3 } })
    expect(thinking(run)).toMatchObject({
      status: 'failed',
      error: {
        code: 'too-many-rounds',
        message: 'the model has asked for tools 3 times and asks again instead of answering',
      },
    })
    expect(calls(run)).toBe(4)
    expect(only(run, 'tool-call-finished')).toHaveLength(3)
  })

  test('asks no more often than a run may make calls', async () => {
    const run = await asked({
      answers: [asks(looks('pi'))],
      step: { max_rounds: 100 },
      options: { maxCalls: 6 },
    })
    expect(thinking(run)).toMatchObject({ error: { code: 'call-limit' } })
    expect(run.result.usage.calls).toBe(6)
  })

  test('that asks for ten thousand at once is not obeyed', async () => {
    const run = await asked({ answers: [asks(...Array.from({ length: 10_000 }, () => looks('pi')))] })
    expect(thinking(run)).toMatchObject({
      error: {
        code: 'too-many-tool-calls',
        message: 'the model asks for 10000 tools at once, and 64 are allowed',
      },
    })
    expect(only(run, 'tool-call-started')).toEqual([])
  })

  test('may give arguments of any size without harm', async () => {
    const huge = { name: 'lookup', arguments: JSON.stringify({ word: 'x'.repeat(300 * 1024) }) }
    const run = await asked({
      answers: [{ match: 'What is', ...asks(huge) }, { answer: 'x' }],
      options: { keepRaw: false },
    })
    expect(given(run)).toEqual(['{"error":"the arguments have more than 262144 characters"}'])
    expect(JSON.stringify(run.result).length).toBeLessThan(100_000)
    expect(JSON.stringify(run.events).length).toBeLessThan(100_000)
  })

  test('may give names that are no names, which are shown and said again as what they can be', async () => {
    const name = `ev\u001B[31mil\n${'x'.repeat(5000)}`
    const run = await asked({ answers: [{ match: 'What is', ...asks({ name }) }, { answer: 'x' }] })
    expect(turnsOf(run)[0]!.tool_calls![0]!.name).toMatch(/^ev_31mil_x{55}$/)
    expect(only(run, 'tool-call-started')[0]!.tool.length).toBeLessThanOrEqual(200)
  })

  test('has nothing of what tools give filled in', async () => {
    const run = await asked({
      answers: [{ match: 'What is', ...asks(looks('{think} {{x}} {word}')) }, { answer: '{prompt}' }],
    })
    expect(given(run)).toEqual(['{"found":"<{think} {{x}} {word}>"}'])
    expect(run.result.outputs['think']).toBe('{"found":"<{think} {{x}} {word}>"}')
  })

  test('is asked again after a server error in any round, and each round has its own retries', async () => {
    const run = await asked({
      answers: [
        { match: 'What is', status: 500, times: 1 },
        { match: 'What is', ...asks(looks('pi')) },
        { status: 500, times: 1 },
        { answer: 'a ratio' },
      ],
      llm: { max_retries: 1 },
    })
    expect(run.result.outputs).toEqual({ think: 'a ratio' })
    expect(thinking(run).call_data!.retries).toBe(2)
  })

  test('may have to answer with JSON in the end', async () => {
    const run = await asked({
      answers: [
        { match: 'What is', ...asks(looks('pi')) },
        { match: '<pi>', answer: 'a ratio' },
        { match: 'Answer again', answer: '{"is":"a ratio"}' },
      ],
      step: { output_schema: { type: 'object', properties: { is: { type: 'string' } }, required: ['is'] } },
    })
    expect(run.result.outputs).toEqual({ think: { is: 'a ratio' } })
    expect(turnsOf(run).map(({ role }) => role)).toEqual(['assistant', 'tool', 'assistant', 'user'])
  })

  test('and a flow among its tools share what the model they both call has room for', async () => {
    const llms = {
      one: {
        provider: 'scripted',
        max_concurrency: 1,
        answers: [{ match: 'What', ...asks(looks('pi')) }, { answer: 'a ratio' }],
      },
    }
    const run = await told(
      await loaded({
        'outer.json': {
          llms,
          tools,
          steps: { think: { for_each: 4, prompt: 'What {index}', tools: ['lookup'] } },
        },
        'lookup.json': { ...lookup, llms },
      }),
      { maxConcurrency: 1 },
    )
    expect(run.result.status, JSON.stringify(run.result.steps['think[0]']!.error)).toBe('succeeded')
    expect(run.result.usage.calls).toBe(12)
  })

  test('is stopped with the tools that it waits for', async () => {
    const slow = {
      ...lookup,
      llms: { library: { provider: 'scripted', answers: [{ answer: 'x', delay: '1h' }] } },
    }
    const flows = (step: object, tool: object) => ({
      'outer.json': {
        llms: {
          thinker: {
            provider: 'scripted',
            answers: [{ match: 'What', ...asks(looks('pi')) }, { answer: 'x' }],
          },
        },
        tools: { lookup: { ...tools.lookup, ...tool } },
        steps: { think: { prompt: 'What is pi?', tools: ['lookup'], ...step } },
      },
      'lookup.json': slow,
    })
    const late = await told(await loaded(flows({ timeout: '5s' }, {})))
    expect(thinking(late)).toMatchObject({ status: 'failed', error: { code: 'timeout' } })
    const limited = await told(await loaded(flows({}, { timeout: '3s' })))
    expect(limited.result.outputs).toEqual({ think: 'x' })
    expect(given(limited)).toEqual(['{"error":"the tool took longer than its limit of 3 s"}'])
  })
})

const code = {
  'calc.ts': `export interface Pair { readonly a: number; readonly b: number }
export function multiply({ a, b }: Pair): number { return a * b }
export function fail(): never { throw new RangeError('no such thing') }
export const spin = () => { for (;;); }
export const much = () => 'x'.repeat(2 * 1024 * 1024)
`,
}

/** A flow of which the model asks for one tool, a function, and then answers with what that gave. */
function calculating(name: string, more = ''): ReturnType<typeof codeFlow> {
  return codeFlow(
    `llms:
  thinker:
    provider: scripted
    answers: [{ match: What, tool_calls: [{ name: calc, arguments: { a: 6, b: 7 } }] }, { answer: "{prompt}" }]
tools:
  calc:
    description: Calculates
    function: ./calc.ts#${name}
    parameters: { type: object, properties: { a: { type: number }, b: { type: number } } }
    ${more}
steps:
  think: { prompt: What is it?, tools: [calc] }`,
    code,
  )
}

describe('a function as a tool', () => {
  test('is given the arguments, and the model what it gives', async () => {
    const { outputs, steps } = await calculating('multiply').run()
    expect(outputs).toEqual({ think: '42' })
    expect(steps['think']!.call_data!.tool_calls).toMatchObject([{ arguments: { a: 6, b: 7 }, result: 42 }])
  })

  test.each([
    ['fail', '', 'no such thing'],
    ['spin', 'timeout: 300ms', 'the tool took longer than its limit of 0.3 s'],
    ['much', '', 'what the tool gave has more than 1048576 characters'],
  ])('that does %s is an error that the model is told', async (name, more, error) => {
    const { outputs, status } = await calculating(name, more).run()
    expect(status).toBe('succeeded')
    expect(JSON.parse(outputs['think'] as string)).toEqual({ error: expect.stringContaining(error) })
  })

  test('is code, and refused where none may run', async () => {
    await expect(calculating('multiply').run({ noCode: true })).rejects.toThrow(
      'tool "calc" runs a function, and no code may run',
    )
  })
})
