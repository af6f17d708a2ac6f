import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkSource, runTurn, sourceOf, type Histories, type Said } from '../../src/index.ts'
import { Conversations } from '../../src/run/conversations.ts'
import { loaded } from './flow-files.ts'
import { compiled, flowText, told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const echo = { provider: 'scripted', answers: [{ answer: '<{prompt}>' }] }

/** Three steps that talk one after the other. */
function talk(parts: Readonly<Record<string, unknown>> = {}, poet: unknown = { system: 'Rhyme' }): string {
  return flowText({
    llms: { echo },
    conversations: { poet },
    steps: {
      one: { conversation: 'poet', prompt: 'a' },
      two: { conversation: 'poet', prompt: 'b' },
      three: { conversation: 'poet', prompt: 'c' },
    },
    connections: { one: 'two', two: 'three' },
    ...parts,
  })
}

const sent = (messages: readonly { readonly role: string; readonly content: string }[] | null): string[] =>
  (messages ?? []).map(({ role, content }) => `${role}: ${content}`)

describe('steps that share a conversation', () => {
  test('see what was said before, under the system message', async () => {
    const { result } = await told(talk())
    expect(sent(result.steps['one']?.messages ?? null)).toEqual(['system: Rhyme'])
    expect(sent(result.steps['three']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: <a>',
      'user: b',
      'assistant: <b>',
    ])
    expect(result.steps['three']?.prompt).toBe('c')
  })

  test('put the examples of a step before what was said', async () => {
    const messages = [
      { role: 'user', content: 'x' },
      { role: 'assistant', content: 'y' },
    ]
    const { result } = await told(
      talk({
        steps: {
          one: { conversation: 'poet', prompt: 'a' },
          two: { conversation: 'poet', messages, prompt: 'b {one}' },
          three: { conversation: 'poet', prompt: 'c {two}' },
        },
        connections: undefined,
      }),
    )
    expect(sent(result.steps['two']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: x',
      'assistant: y',
      'user: a',
      'assistant: <a>',
    ])
    // The examples were never said.
    expect(sent(result.steps['three']?.messages ?? null)).not.toContain('user: x')
  })

  test('may have variables in the system message, which make edges', async () => {
    const flow = compiled(
      flowText({
        llms: { echo },
        conversations: { poet: { system: 'You are {who}' } },
        steps: {
          one: { conversation: 'poet', prompt: 'a' },
          two: { prompt: 'b', output_key: 'who' },
        },
      }),
    )
    expect(flow.graph.edges).toMatchObject([{ from: 1, to: 0, kind: 'data', variables: ['who'] }])
    const { result } = await told(flow)
    expect(sent(result.steps['one']?.messages ?? null)).toEqual(['system: You are <b>'])
  })

  test('forget the oldest turn whole, and the system message never', async () => {
    const { result } = await told(talk({}, { system: 'Rhyme', max_messages: 3 }))
    expect(sent(result.steps['three']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: b',
      'assistant: <b>',
    ])
  })

  test('talk item by item where one item runs at a time', async () => {
    const { result } = await told(
      talk({
        steps: {
          questions: {
            for_each: ['a', 'b', 'c'],
            max_concurrency: 1,
            conversation: 'poet',
            prompt: '{item}',
          },
        },
        connections: undefined,
      }),
    )
    expect(sent(result.steps['questions[2]']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: <a>',
      'user: b',
      'assistant: <b>',
    ])
  })

  test('leave out a step that is skipped', async () => {
    const { result } = await told(
      talk({
        inputs: { mood: {} },
        steps: {
          one: { conversation: 'poet', prompt: 'a {mood}' },
          two: { conversation: 'poet', when: 'mood == "sad"', prompt: 'b' },
          three: { conversation: 'poet', prompt: 'c' },
        },
      }),
      { inputs: { mood: 'gay' } },
    )
    expect(result.steps['two']?.status).toBe('skipped')
    expect(sent(result.steps['three']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a gay',
      'assistant: <a gay>',
    ])
  })

  test('earn no remark on their order: it carries what was said', () => {
    const diagnosticsOf = (text: string): readonly string[] => {
      const source = sourceOf('flow.yaml', new TextEncoder().encode(text))
      return source.ok ? checkSource(source).diagnostics.map(({ code }) => code) : ['unreadable']
    }
    expect(diagnosticsOf(talk())).toEqual([])
    const two = { poet: {}, other: {} }
    const apart = talk({ conversations: two }).replace('"poet","prompt":"b"', '"other","prompt":"b"')
    expect(diagnosticsOf(apart)).toEqual(['order-only-connection', 'order-only-connection'])
  })

  test('count what was said against the context window', async () => {
    const tight = { ...echo, context_window: 80, max_tokens: 50 }
    const said = 'word '.repeat(15)
    const { result } = await told(
      talk({
        llms: { tight },
        steps: {
          one: { conversation: 'poet', prompt: said },
          two: { conversation: 'poet', prompt: said },
          three: { conversation: 'poet', prompt: said },
        },
      }),
    )
    expect(result.steps['one']?.status).toBe('succeeded')
    expect(result.steps['two']?.error?.code).toBe('prompt-too-long')
  })
})

describe('a turn is said once and whole', () => {
  const flow = compiled(talk())

  test('a retry says nothing twice', async () => {
    const failing = {
      provider: 'scripted',
      answers: [{ match: 'a', status: 503, times: 2 }, { answer: '<{prompt}>' }],
    }
    const { result } = await told(talk({ llms: { failing } }))
    expect(result.steps['one']?.call_data?.retries).toBe(2)
    expect(sent(result.steps['two']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: <a>',
    ])
  })

  test.each([
    ['refused', { finish_reason: 'refusal', answer: 'no' }],
    ['turned down', { status: 400 }],
    ['cut off', { finish_reason: 'length', answer: 'half' }],
    ['empty', { answer: '' }],
  ])('an answer that is %s leaves nothing', async (_name, how) => {
    const llm = { provider: 'scripted', answers: [{ match: 'b', ...how }, { answer: '<{prompt}>' }] }
    const world = new HeldWorld()
    const { result, histories } = await world.finish(runTurn(compiled(talk({ llms: { llm } })), { world }))
    expect(result.steps['two']?.status).toBe('failed')
    expect(result.steps['three']?.status).toBe('blocked')
    expect(histories['poet']).toEqual([
      { role: 'user', content: 'a' },
      { role: 'assistant', content: '<a>' },
    ])
  })

  test('an answer that is cut off and accepted is said', async () => {
    const llm = { provider: 'scripted', answers: [{ answer: 'half', finish_reason: 'length' }] }
    const text = talk({ llms: { llm } }).replaceAll('"prompt"', '"on_truncated":"continue","prompt"')
    const { result } = await told(text)
    expect(sent(result.steps['two']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: half',
    ])
  })

  test('an item that fails and is dropped is not heard of by the next', async () => {
    const llm = { provider: 'scripted', answers: [{ match: 'b', status: 400 }, { answer: '<{prompt}>' }] }
    const each = { for_each: ['a', 'b', 'c'], max_concurrency: 1, on_item_error: 'drop' }
    const { result } = await told(
      talk({
        llms: { llm },
        steps: { all: { ...each, conversation: 'poet', prompt: '{item}' } },
        connections: undefined,
      }),
    )
    expect(sent(result.steps['all[2]']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: <a>',
    ])
  })

  test('a run remembers nothing of another', async () => {
    const first = await told(flow)
    const second = await told(flow)
    expect(second.result.steps['three']?.messages).toEqual(first.result.steps['three']?.messages)
    expect(sent(second.result.steps['one']?.messages ?? null)).toEqual(['system: Rhyme'])
  })

  test('two runs of one flow at the same time hear nothing of each other', async () => {
    const [first, second] = await Promise.all([told(flow), told(flow)])
    expect(first.result.steps['three']?.messages).toHaveLength(5)
    expect(second.result.steps['three']?.messages).toHaveLength(5)
  })
})

describe('beside other things that a step can have', () => {
  test('an answer that is JSON is said as it was written, and answers that did not fit are not', async () => {
    const llm = {
      provider: 'scripted',
      answers: [
        { match: 'JSON', answer: 'none', times: 1 },
        { match: 'JSON', answer: '{"n": 1}', times: 1 },
        { answer: '<{prompt}>' },
      ],
    }
    const { result } = await told(
      talk({
        llms: { llm },
        steps: {
          one: {
            conversation: 'poet',
            prompt: 'JSON please',
            output_schema: { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] },
          },
          two: { conversation: 'poet', prompt: 'and {one.n}?' },
        },
        connections: undefined,
      }),
    )
    expect(result.steps['one']?.call_data?.attempts).toHaveLength(2)
    const [, prompt, answer, ...more] = result.steps['two']?.messages ?? []
    expect(prompt).toEqual({ role: 'user', content: result.steps['one']?.prompt })
    expect([answer, more]).toEqual([{ role: 'assistant', content: '{"n": 1}' }, []])
  })

  test('of a step that uses tools the prompt and the answer are said; its rounds are its own', async () => {
    const llm = {
      provider: 'scripted',
      answers: [
        { match: 'What is', tool_calls: [{ name: 'lookup', arguments: { word: 'pi' } }] },
        { match: '<pi>', answer: 'a ratio' },
        { answer: '<{prompt}>' },
      ],
    }
    const flows = {
      'outer.json': {
        llms: { llm },
        tools: { lookup: { description: 'Looks a word up', flow: './lookup.json' } },
        conversations: { talk: {} },
        steps: {
          one: { conversation: 'talk', prompt: 'What is pi?', tools: ['lookup'] },
          two: { conversation: 'talk', prompt: 'Is it {one}?' },
        },
      },
      'lookup.json': {
        name: 'lookup',
        inputs: { word: {} },
        llms: { echo },
        steps: { found: { prompt: '{word}' } },
      },
    }
    const { result } = await told(await loaded(flows))
    expect(result.steps['one']?.call_data?.tool_calls).toHaveLength(1)
    expect(sent(result.steps['two']?.messages ?? null)).toEqual(['user: What is pi?', 'assistant: a ratio'])
  })

  test('each run of an inner flow has a conversation of its own', async () => {
    const flows = {
      'outer.json': {
        name: 'outer',
        steps: { all: { for_each: ['a', 'b'], flow: './talk.json', with: { message: '{item}' } } },
      },
      'talk.json': {
        name: 'talk',
        inputs: { message: {} },
        llms: { echo },
        conversations: { poet: {} },
        steps: {
          one: { conversation: 'poet', prompt: '{message}' },
          two: { conversation: 'poet', prompt: 'and {one}' },
        },
      },
    }
    const { result } = await told(await loaded(flows))
    expect(result.status).toBe('succeeded')
    const inner = ['all[0]', 'all[1]'].map((id) => result.steps[id]?.runs?.[0]?.steps['two']?.messages)
    expect(inner.map((messages) => sent(messages ?? null))).toEqual([
      ['user: a', 'assistant: <a>'],
      ['user: b', 'assistant: <b>'],
    ])
  })
})

describe('runTurn', () => {
  const flow = compiled(
    flowText({
      llms: { echo },
      conversations: { poet: { system: 'Rhyme', max_messages: 4 } },
      steps: { answer: { conversation: 'poet', prompt: '{message}' } },
    }),
  )

  async function turn(message: string, histories?: Histories): ReturnType<typeof runTurn> {
    const world = new HeldWorld()
    const options = histories === undefined ? {} : { histories }
    return world.finish(runTurn(flow, { world, inputs: { message }, ...options }))
  }

  test('goes on where the histories end, and gives back where it ends itself', async () => {
    const first = await turn('a')
    const second = await turn('b', JSON.parse(JSON.stringify(first.histories)))
    expect(sent(second.result.steps['answer']?.messages ?? null)).toEqual([
      'system: Rhyme',
      'user: a',
      'assistant: <a>',
    ])
    expect(second.histories['poet']?.map(({ content }) => content)).toEqual(['a', '<a>', 'b', '<b>'])
    // What was handed in stays as it was.
    expect(first.histories['poet']).toHaveLength(2)
    const third = await turn('c', second.histories)
    expect(third.histories['poet']?.map(({ content }) => content)).toEqual(['b', '<b>', 'c', '<c>'])
  })

  test('keeps nothing between calls', async () => {
    await turn('a')
    expect((await turn('b')).result.steps['answer']?.messages).toHaveLength(1)
  })

  test.each<readonly [string, unknown, string]>([
    [
      'of a conversation that is not there',
      { poem: [] },
      'the conversation "poem", which this flow does not have',
    ],
    [
      'that ends with a question',
      { poet: [{ role: 'user', content: 'a' }] },
      'takes messages of user and assistant',
    ],
    [
      'with a system message',
      {
        poet: [
          { role: 'system', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
      'takes messages of user and assistant',
    ],
    ['that is no list', { poet: 'a' }, 'takes messages of user and assistant'],
    ['of no messages', { poet: [null, 1] }, 'takes messages of user and assistant'],
    [
      'whose text is none',
      {
        poet: [
          { role: 'user', content: 1 },
          { role: 'assistant', content: 'b' },
        ],
      },
      'takes messages of user and assistant',
    ],
  ])('refuses a history %s', async (_name, histories, message) => {
    await expect(turn('a', histories as Histories)).rejects.toThrow(message)
  })
})

test('whatever is said, roles take turns, the newest is kept, and never more than max_messages', () => {
  const turns = fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 20 })
  fc.assert(
    fc.property(
      turns,
      turns,
      fc.option(fc.integer({ min: 2, max: 9 }), { nil: undefined }),
      (before, now, max) => {
        const name = 'poet'
        const written = (all: readonly (readonly [string, string])[]): readonly Said[] =>
          all.flatMap(([prompt, answer]): Said[] => [
            { role: 'user', content: prompt },
            { role: 'assistant', content: answer },
          ])
        const conversations = new Conversations(new Map([[name, { name, maxMessages: max }]]), {
          [name]: written(before),
        })
        for (const [prompt, answer] of now) conversations.add(name, prompt, answer)
        const said = conversations.said(name)
        const all = written([...before, ...now])
        const most = max === undefined ? all.length : Math.min(all.length, 2 * Math.floor(max / 2))
        expect(said).toEqual(all.slice(all.length - most))
        for (const [index, { role }] of said.entries())
          expect(role).toBe(index % 2 === 0 ? 'user' : 'assistant')
        expect(conversations.histories).toEqual({ [name]: said })
      },
    ),
  )
})
