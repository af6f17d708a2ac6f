import { LLMock } from '@copilotkit/aimock'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadFlow, runFlow, type CompiledFlow, type RunEvent } from '../../src/index.ts'
import { startFaultServer, type Exchange, type FaultServer } from '../servers/fault-server.ts'
import * as wire from '../servers/openai-wire.ts'

const env = { OPENAI_API_KEY: 'sk-test-not-a-real-key' }

/** Which step of the flow a request belongs to, by the words of its prompt. */
function stepOf({ request }: Exchange): 'title' | 'song' | 'characters' | 'lyrics' | 'critic' {
  if (request.body.includes('good title of a movie')) return 'title'
  if (request.body.includes('song title of a soundtrack')) return 'song'
  if (request.body.includes('two main characters')) return 'characters'
  return request.body.includes('Write lyrics') ? 'lyrics' : 'critic'
}

/** A good streamed answer. */
function reply(exchange: Exchange, text: string): void {
  exchange.write(
    wire.http({ headers: { 'content-type': 'text/event-stream' }, body: wire.answer(exchange, [text]) }),
  )
}

/** Lets no one through until so many have come. */
class Barrier {
  readonly #waiting: (() => void)[] = []
  readonly #width: number

  constructor(width: number) {
    this.#width = width
  }

  arrive(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
      if (this.#waiting.length === this.#width) for (const go of this.#waiting) go()
    })
  }
}

describe('the soundtrack flow against a server that speaks the protocol', () => {
  let server: FaultServer
  let flow: CompiledFlow
  beforeAll(async () => {
    server = await startFaultServer(() => {})
    flow = await loadFlow('flows/soundtrack.yaml')
  })
  afterAll(() => server.close())

  /** In the order of the server: `+step` when a request has come, `-step` when its answer has left. */
  let order: string[]
  beforeEach(() => {
    order = []
  })

  const run = (events: RunEvent[] = []) =>
    runFlow(flow, {
      inputs: { topic: 'friendship' },
      env: { ...env, OPENAI_BASE_URL: server.baseUrl },
      reporters: [{ onEvent: (event) => events.push(event) }],
    })

  test('makes nine calls, two side by side, then lyrics, then five critics side by side', async () => {
    // Were these not in flight together, nobody would be let through and the test would not end.
    const pair = new Barrier(2)
    const critics = new Barrier(5)
    const before = server.requests.length
    server.behave(async (exchange) => {
      const step = stepOf(exchange)
      order.push(`+${step}`)
      if (step === 'song' || step === 'characters') await pair.arrive()
      if (step === 'critic') await critics.arrive()
      order.push(`-${step}`)
      reply(exchange, `the ${step}`)
    })
    const result = await run()
    expect(result.status).toBe('succeeded')
    expect(server.requests.length - before).toBe(9)
    expect(order.slice(0, 2)).toEqual(['+title', '-title'])
    expect(order.slice(2, 4).toSorted()).toEqual(['+characters', '+song'])
    expect(order.slice(6, 8)).toEqual(['+lyrics', '-lyrics'])
    expect(order.slice(8)).toEqual([...Array<string>(5).fill('+critic'), ...Array<string>(5).fill('-critic')])
    expect(result.usage).toMatchObject({ calls: 9, unpriced_calls: 0 })
    // Nine times 7 tokens in and 2 out, at the price of the table.
    expect(result.usage.cost).toBeCloseTo((9 * (7 * 0.15 + 2 * 0.6)) / 1_000_000, 12)
    expect(Object.keys(result.outputs)).toEqual([
      'movie_title',
      'song_title',
      'main_characters',
      'song_lyrics',
      ...[0, 1, 2, 3, 4].map((index) => `song_review_${index}`),
    ])
    expect(result.steps['lyrics_step']?.prompt).toBe(
      'Write lyrics of a movie song called the song. The main characters are the characters',
    )
    expect(result.steps['critic[3]']?.messages).toEqual([
      { role: 'system', content: 'You are a music critic and write short reviews of song lyrics' },
    ])
  })

  test('answers the ten questions for each of its steps', async () => {
    server.behave((exchange) => reply(exchange, 'Hello there'))
    const { steps } = await run()
    expect(Object.keys(steps)).toHaveLength(9)
    for (const [id, step] of Object.entries(steps)) {
      expect(step.start_time, id).toMatch(/^\d{4}-\d\d-\d\dT/)
      expect(step.execution_time, id).toBeGreaterThanOrEqual(0)
      expect(Object.keys(step.prompt_inputs ?? {}).length, id).toBeGreaterThan(0)
      expect(step.prompt_template, id).toMatch(/\{\w+\}/)
      expect(step.prompt, id).not.toMatch(/\{\w+\}/)
      expect(step.model_config, id).toMatchObject({
        provider: 'openai',
        model: 'gpt-4o-mini',
        temperature: 0.7,
      })
      expect(step.call_data?.retries, id).toBe(0)
      expect(step.call_data?.raw_outputs, id).toMatchObject({ object: 'chat.completion' })
      expect(step.call_data?.usage?.input_tokens, id).toBeGreaterThan(0)
      expect(Object.values(step.result ?? {}), id).toEqual(['Hello there'])
    }
  })

  test('a first answer that breaks off is asked for again, and the record says so', async () => {
    let calls = 0
    server.behave((exchange) => {
      calls++
      if (calls > 1) return reply(exchange, 'Hello')
      exchange.write(wire.STREAM_HEAD)
      exchange.write(wire.piece(wire.event(wire.chunk(exchange, 'Hel'))))
      exchange.socket.destroySoon()
      return undefined
    })
    const { status, steps, usage } = await run()
    expect(status).toBe('succeeded')
    expect(usage.calls).toBe(10)
    expect(steps['title_step']?.call_data).toMatchObject({
      retries: 1,
      attempts: [{ status: 'failed', error: { code: 'connection-failed' } }, { status: 'succeeded' }],
    })
  })

  test('one wrong key stops it after the first call, and nothing downstream is sent', async () => {
    const before = server.requests.length
    const body = wire.errorBody('Incorrect API key provided', { code: 'invalid_api_key' })
    server.behave((exchange) => exchange.write(wire.http({ status: 401, body })))
    const { status, steps } = await run()
    expect(status).toBe('failed')
    expect(server.requests.length - before).toBe(1)
    expect(steps['title_step']?.error?.code).toBe('authentication-failed')
    expect(Object.values(steps).filter((step) => step.status === 'blocked')).toHaveLength(8)
  })
})

describe('the soundtrack flow against a server that someone else wrote', () => {
  let mock: LLMock
  beforeAll(async () => {
    mock = new LLMock({ port: 0 })
    mock.on({ userMessage: /movie about/ }, { content: 'True Bonds' })
    mock.on({ userMessage: /soundtrack/ }, { content: 'Side by Side' })
    mock.on({ userMessage: /characters for/ }, { content: 'Ann and Bob' })
    mock.on({ userMessage: /Write lyrics/ }, { content: 'La la la' })
    mock.on({ userMessage: /opinion/ }, { content: 'I like it' })
    await mock.start()
  })
  afterAll(() => mock.stop())

  test.each(['flows/soundtrack.yaml'])('%s makes nine calls and ends well', async (path) => {
    const result = await runFlow(await loadFlow(path), {
      inputs: { topic: 'friendship' },
      env: { ...env, OPENAI_BASE_URL: `${mock.url}/v1` },
    })
    expect(result.steps['title_step']?.error ?? null).toBeNull()
    expect(result.status).toBe('succeeded')
    expect(result.outputs).toEqual({
      movie_title: 'True Bonds',
      song_title: 'Side by Side',
      main_characters: 'Ann and Bob',
      song_lyrics: 'La la la',
      ...Object.fromEntries([0, 1, 2, 3, 4].map((index) => [`song_review_${index}`, 'I like it'])),
    })
    expect(mock.getRequests()).toHaveLength(9)
  })
})
