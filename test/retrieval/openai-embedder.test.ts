import { afterEach, describe, expect, test } from 'vitest'
import type { EmbeddingConfig } from '../../src/flow/retrieval-config.ts'
import { LlmError } from '../../src/llms/llm.ts'
import { batchesOf, unitVector } from '../../src/retrieval/embedder.ts'
import { embeddingCost } from '../../src/retrieval/embedding-cost.ts'
import { checkEmbeddings, openEmbedder } from '../../src/retrieval/open-embedder.ts'
import { systemWorld } from '../../src/run/system-world.ts'
import { recordedServer, type RecordedServer, type Reply } from './recorded-server.ts'

let server: RecordedServer | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

const signal = new AbortController().signal
const key = 'sk-test-not-a-real-key'

function config(more: Partial<EmbeddingConfig> = {}): EmbeddingConfig {
  return { name: 'small', provider: 'openai', model: 'm', timeoutMs: 5000, maxRetries: 0, ...more }
}

async function embed(texts: readonly string[], reply: Reply, more: Partial<EmbeddingConfig> = {}) {
  server = await recordedServer(() => reply)
  const settings = config({ baseUrl: `${server.url.origin}/v1`, ...more })
  const embedder = await openEmbedder(settings, { world: systemWorld({}), allowHosts: [] })
  return embedder.embed(texts, { signal })
}

function answer(embeddings: readonly unknown[], more: object = {}): Reply {
  const data = embeddings.map((embedding, index) => ({ object: 'embedding', index, embedding }))
  return {
    body: { object: 'list', model: 'm-1', data, usage: { prompt_tokens: 7, total_tokens: 7 }, ...more },
  }
}

function base64(...numbers: readonly number[]): string {
  return Buffer.from(Float32Array.from(numbers).buffer).toString('base64')
}

describe('the embeddings API', () => {
  test('is asked for all texts at once, and its vectors come back at unit length', async () => {
    const { vectors, inputTokens, model } = await embed(['a', 'b'], answer([[3, 4], base64(0, -2)]))
    expect(vectors.map((one) => [...one].map((number) => Number(number.toFixed(6))))).toEqual([
      [0.6, 0.8],
      [0, -1],
    ])
    expect({ inputTokens, model }).toEqual({ inputTokens: 7, model: 'm-1' })
    const [request] = server?.received ?? []
    expect(request).toMatchObject({ method: 'POST', path: '/v1/embeddings' })
    expect(request?.body).toEqual({ model: 'm', input: ['a', 'b'], encoding_format: 'base64' })
  })

  test('is told how many dimensions the flow wants, and must give as many', async () => {
    const more = { provider: 'ollama', dimensions: 2 }
    await embed(['a'], answer([[1, 0]]), more)
    expect(server?.received[0]?.body).toEqual({ model: 'm', input: ['a'], dimensions: 2 })
    await server?.close()
    await expect(embed(['a'], answer([[1, 0, 0]]), more)).rejects.toThrow(/not of 2 as "dimensions" says/)
  })

  test('may answer in any order', async () => {
    const body = {
      data: [
        { index: 1, embedding: [0, 1] },
        { index: 0, embedding: [1, 0] },
      ],
    }
    const { vectors, inputTokens } = await embed(['a', 'b'], { body })
    expect(vectors.map((one) => [...one])).toEqual([
      [1, 0],
      [0, 1],
    ])
    expect(inputTokens).toBeUndefined()
  })

  test.each<[string, Reply]>([
    ['no list', { body: { object: 'list' } }],
    ['an array', { body: [[1, 2]] }],
    ['too few', answer([[1, 0]])],
    [
      'too many',
      answer([
        [1, 0],
        [1, 0],
        [1, 0],
      ]),
    ],
    [
      'one index twice',
      {
        body: {
          data: [
            { index: 0, embedding: [1] },
            { index: 0, embedding: [1] },
          ],
        },
      },
    ],
    [
      'an index beyond',
      {
        body: {
          data: [
            { index: 0, embedding: [1] },
            { index: 2, embedding: [1] },
          ],
        },
      },
    ],
    [
      'an index that is no place',
      {
        body: {
          data: [
            { index: 0.5, embedding: [1] },
            { index: 1, embedding: [1] },
          ],
        },
      },
    ],
    [
      'an index of __proto__',
      {
        body: {
          data: [
            { index: '__proto__', embedding: [1] },
            { index: 1, embedding: [1] },
          ],
        },
      },
    ],
    ['other lengths', answer([[1, 0], [1]])],
    ['nothing in it', answer([[1, 0], []])],
    [
      'zeros',
      answer([
        [1, 0],
        [0, 0],
      ]),
    ],
    [
      'texts',
      answer([
        [1, 0],
        ['1', '0'],
      ]),
    ],
    [
      'null',
      answer([
        [1, 0],
        [null, 1],
      ]),
    ],
    ['NaN in base64', answer([[1, 0], base64(Number.NaN, 1)])],
    ['infinity in base64', answer([[1, 0], base64(Infinity, 1)])],
    ['half a number in base64', answer([[1, 0], Buffer.from('abcde').toString('base64')])],
    ['no base64', answer([[1, 0], '<html>'])],
    ['an error with status 200', { body: { error: { message: 'no' } } }],
  ])('with %s is a bad response', async (_, reply) => {
    await expect(embed(['a', 'b'], reply)).rejects.toMatchObject({ code: 'bad-response', retryable: true })
  })

  test.each([
    [401, 'authentication-failed', false],
    [404, 'request-refused', false],
    [429, 'rate-limited', true],
    [500, 'server-error', true],
  ])('with status %d is %s', async (status, code, retryable) => {
    const reply = { status, headers: { 'retry-after': '2' }, body: { error: { message: `wrong, ${key}` } } }
    const error: unknown = await embed(['a'], reply).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(LlmError)
    expect(error).toMatchObject({ code, retryable, httpStatus: status, retryAfterMs: 2000 })
    expect(String(error)).not.toContain('not-a-real-key')
  })

  test('that is aborted rejects with the reason', async () => {
    server = await recordedServer(() => answer([[1]]))
    const settings = config({ baseUrl: server.url.origin })
    const embedder = await openEmbedder(settings, { world: systemWorld({}), allowHosts: [] })
    await expect(embedder.embed(['a'], { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow(
      'enough',
    )
    expect(server.received).toEqual([])
  })
})

describe('where texts and keys go', () => {
  const check = (more: Partial<EmbeddingConfig>, env = {}, allowHosts: readonly string[] = []) =>
    checkEmbeddings(config(more), { env, allowHosts })

  test('a key that is missing is said in the words of the flow', () => {
    expect(check({})).toMatchObject({
      code: 'missing-key',
      message: 'embeddings "small" needs a key for openai, and OPENAI_API_KEY is not set',
      help: expect.stringContaining('provider: embedded') as string,
    })
    expect(check({}, { OPENAI_API_KEY: key })).toBeUndefined()
  })

  test('another host has to be allowed, and gets no key', () => {
    const elsewhere = { baseUrl: 'https://vectors.example/v1' }
    expect(check(elsewhere, { OPENAI_API_KEY: key })).toMatchObject({ code: 'host-not-allowed' })
    expect(check(elsewhere, { OPENAI_API_KEY: key }, ['vectors.example'])).toMatchObject({
      code: 'key-not-for-host',
    })
    expect(check({ baseUrl: 'http://169.254.169.254/v1' }, {}, ['169.254.169.254'])).toMatchObject({
      code: 'host-not-allowed',
    })
  })

  test.each(['embedded', 'scripted', 'ollama'])('%s needs no key', (provider) => {
    expect(check({ provider })).toBeUndefined()
  })
})

test('batches hold 64 texts or 120,000 characters, and a text that is longer stands alone', () => {
  const sizes = (lengths: readonly number[]): readonly number[] =>
    [...batchesOf(lengths, (length) => 'x'.repeat(length))].map(({ length }) => length)
  expect(sizes(Array.from({ length: 130 }, () => 1))).toEqual([64, 64, 2])
  expect(sizes([50_000, 50_000, 50_000, 10])).toEqual([2, 2])
  expect(sizes([10, 500_000, 10])).toEqual([1, 1, 1])
  expect(sizes([])).toEqual([])
})

test('a vector of very large or very small numbers is at unit length too', () => {
  for (const size of [1e200, 1e-200, 3]) {
    expect([...(unitVector([size, -size]) ?? [])].map((number) => number.toFixed(4))).toEqual([
      '0.7071',
      '-0.7071',
    ])
  }
  expect(unitVector([0, 0])).toBeUndefined()
  expect(unitVector([])).toBeUndefined()
  expect(unitVector([1, Number.NaN])).toBeUndefined()
})

test('tokens cost what the flow says, nothing on this machine, and otherwise nobody knows', () => {
  expect(embeddingCost(config({ price: 0.02 }), 1_000_000)).toBe(0.02)
  expect(embeddingCost(config({ price: 0.02 }), undefined)).toBeNull()
  expect(embeddingCost(config({ provider: 'embedded' }), undefined)).toBe(0)
  expect(embeddingCost(config({ provider: 'ollama' }), 5)).toBe(0)
  expect(embeddingCost(config({ model: 'text-embedding-3-small' }), 1_000_000)).toBe(0.02)
  expect(embeddingCost(config({ model: 'unheard-of' }), 5)).toBeNull()
})
