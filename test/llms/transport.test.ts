import { once } from 'node:events'
import * as net from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { LlmError } from '../../src/llms/llm.ts'
import { openLlm } from '../../src/llms/open.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import * as wire from '../servers/openai-wire.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

const KEY = 'sk-test-not-a-real-key'

let server: FaultServer
beforeAll(async () => {
  server = await startFaultServer(() => {})
})
afterAll(() => server.close())
beforeEach(() => server.behave(faults['a stream']))

const openHere = () =>
  openLlm(llmConfig(), {
    world: stillWorld({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: server.baseUrl }),
    allowHosts: [],
  })

const quiet = () => ({ signal: new AbortController().signal, onFirstToken: () => {} })

/** Lets the event loop turn until something holds. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2))
}

describe('an abort ends a call at once and reaches the socket', () => {
  test.each(['no answer at all', 'a head without a body', 'a stream that falls silent'] as const)(
    '%s',
    async (fault) => {
      server.behave(faults[fault])
      const llm = await openHere()
      const controller = new AbortController()
      const reason = new Error('the user has changed her mind')
      const before = server.requests.length
      let hasBegun = false
      const outcome = llm
        .call(ask(), { signal: controller.signal, onFirstToken: () => (hasBegun = true) })
        .catch((error: unknown) => error)
      await until(
        () => server.requests.length > before && (hasBegun || fault !== 'a stream that falls silent'),
      )
      const { open } = server
      controller.abort(reason)
      expect(await outcome).toBe(reason)
      await until(() => server.open < open)
    },
  )

  test('one that comes before the call sends nothing', async () => {
    const llm = await openHere()
    const before = server.requests.length
    const call = llm.call(ask(), { signal: AbortSignal.abort('early'), onFirstToken: () => {} })
    await expect(call).rejects.toBe('early')
    expect(server.requests.length).toBe(before)
  })

  test('one that comes with the last bytes still counts', async () => {
    const llm = await openHere()
    const controller = new AbortController()
    const call = llm.call(ask(), { signal: controller.signal, onFirstToken: () => controller.abort('late') })
    await expect(call).rejects.toBe('late')
  })
})

test('a thousand calls under one signal leave no listener and no warning behind', async () => {
  const llm = await openHere()
  const { signal } = new AbortController()
  const warnings: Error[] = []
  const note = (warning: Error) => warnings.push(warning)
  process.on('warning', note)
  let listeners = 0
  const add = signal.addEventListener.bind(signal)
  const remove = signal.removeEventListener.bind(signal)
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    listeners += 1
    add(...args)
  }
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    listeners -= 1
    remove(...args)
  }
  for (let round = 0; round < 20; round++) {
    await Promise.all(Array.from({ length: 50 }, () => llm.call(ask(), { signal, onFirstToken: () => {} })))
  }
  await new Promise(setImmediate)
  process.off('warning', note)
  expect(listeners).toBe(0)
  expect(warnings).toEqual([])
})

test('connections are kept and used again, one for each call in flight', async () => {
  const own = await startFaultServer(faults['a stream'])
  try {
    const llm = await openLlm(llmConfig(), {
      world: stillWorld({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: own.baseUrl }),
      allowHosts: [],
    })
    for (let i = 0; i < 5; i++) await llm.call(ask(), quiet())
    expect(own.connections).toBe(1)
    own.behave(async (exchange) => {
      await exchange.wait(30)
      await faults['a stream'](exchange)
    })
    await Promise.all(Array.from({ length: 20 }, () => llm.call(ask(), quiet())))
    expect(own.connections).toBe(20)
  } finally {
    await own.close()
  }
})

test('a kept connection that the server closes under a call is a failure that another attempt mends', async () => {
  const own = await startFaultServer(faults['a stream'])
  try {
    const llm = await openLlm(llmConfig(), {
      world: stillWorld({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: own.baseUrl }),
      allowHosts: [],
    })
    await llm.call(ask(), quiet())
    own.behave(({ socket }) => void socket.resetAndDestroy())
    const error = await llm.call(ask(), quiet()).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'connection-failed', retryable: true })
    expect(own.connections).toBe(1)
    own.behave(faults['a stream'])
    expect((await llm.call(ask(), quiet())).text).toBe('Hello there')
    expect([own.connections, own.requests.length]).toEqual([2, 3])
  } finally {
    await own.close()
  }
})

test('an answer of 400 MB ends at the cap, in little memory', async () => {
  server.behave(faults['400 MB'])
  const llm = await openHere()
  const before = process.memoryUsage().rss
  await expect(llm.call(ask(), quiet())).rejects.toMatchObject({ code: 'response-too-large' })
  // Server and client share this process; the whole body would be four times as much.
  expect(process.memoryUsage().rss - before).toBeLessThan(100 * 2 ** 20)
})

test('a redirect is not followed, so the key stays where it was', async () => {
  const other = await startFaultServer(faults['a stream'])
  try {
    server.behave(({ write }) =>
      write(wire.http({ status: 307, headers: { location: `${other.baseUrl}/chat/completions` }, body: '' })),
    )
    const llm = await openHere()
    await expect(llm.call(ask(), quiet())).rejects.toMatchObject({ code: 'request-refused', httpStatus: 307 })
    expect(other.requests).toEqual([])
  } finally {
    await other.close()
  }
})

describe('without a connection', () => {
  test('a refused one says whether the server may not be running', async () => {
    const closed = await startFaultServer(() => {})
    await closed.close()
    const llm = await openLlm(llmConfig({ provider: 'ollama', baseUrl: closed.baseUrl }), {
      world: stillWorld(),
      allowHosts: [],
    })
    const error = await llm.call(ask(), quiet()).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(LlmError)
    expect(error).toMatchObject({
      code: 'connection-failed',
      retryable: true,
      message: `cannot reach http://127.0.0.1:${closed.port}: connection refused (is the server running?)`,
    })
  })

  test('a server that does not speak TLS is not asked again', async () => {
    const plain = net.createServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
    })
    plain.listen(0, '127.0.0.1')
    await once(plain, 'listening')
    const address = plain.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    try {
      const baseUrl = `https://127.0.0.1:${address.port}/v1`
      const llm = await openLlm(llmConfig({ baseUrl }), { world: stillWorld(), allowHosts: [] })
      await expect(llm.call(ask(), quiet())).rejects.toMatchObject({
        code: 'connection-failed',
        retryable: false,
        message: `cannot talk to https://127.0.0.1:${address.port}: it does not speak TLS there (is it http instead of https?)`,
      })
    } finally {
      plain.close()
    }
  })

  test('a handshake that does not come to an end passes the limit of the connection', async () => {
    const silent = net.createServer((socket) => socket.on('error', () => {}))
    silent.listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const address = silent.address()
    if (address === null || typeof address === 'string') throw new Error('no port')
    try {
      const llm = await openLlm(llmConfig({ baseUrl: `https://127.0.0.1:${address.port}/v1` }), {
        world: stillWorld(),
        allowHosts: [],
        timeLimits: { connectMs: 100 },
      })
      await expect(llm.call(ask(), quiet())).rejects.toMatchObject({
        code: 'timeout',
        retryable: true,
        message: 'no connection within 100 ms',
      })
    } finally {
      silent.close()
    }
  })
})
