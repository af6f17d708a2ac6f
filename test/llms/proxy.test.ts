import * as http from 'node:http'
import * as net from 'node:net'
import * as tls from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { checkLlm, openLlm } from '../../src/llms/open.ts'
import { proxyFor } from '../../src/llms/proxy.ts'
import { selfSigned } from '../servers/certificate.ts'
import { type FaultServer, startFaultServer } from '../servers/fault-server.ts'
import { faults } from '../servers/faults.ts'
import { ask, llmConfig, stillWorld } from './world.ts'

describe('the proxy of a URL', () => {
  const env = {
    HTTPS_PROXY: 'http://secure.example:3128',
    http_proxy: 'plain.example:8080',
    NO_PROXY: 'internal.example, .dotted.example,10.0.0.1:8000,[2001:db8::1],*.star.example',
  }

  test.each([
    ['https://api.openai.com/v1', 'http://secure.example:3128/'],
    ['http://api.example/v1', 'http://plain.example:8080/'],
    ['https://notinternal.example/v1', 'http://secure.example:3128/'],
    ['http://10.0.0.1:9000/v1', 'http://plain.example:8080/'],
    ['https://internal.example/v1', undefined],
    ['https://deep.internal.example/v1', undefined],
    ['https://sub.dotted.example/v1', undefined],
    ['https://a.star.example/v1', undefined],
    ['http://10.0.0.1:8000/v1', undefined],
    ['http://localhost:11434/v1', undefined],
    ['http://127.0.0.1/v1', undefined],
    ['http://[::1]:8080/v1', undefined],
  ])('%s goes by %s', (url, proxy) => {
    expect(proxyFor(new URL(url), env)?.toString()).toBe(proxy)
  })

  test('lower-case names win, and NO_PROXY=* turns all off', () => {
    const url = new URL('https://api.example/v1')
    expect(String(proxyFor(url, { HTTPS_PROXY: 'http://a', https_proxy: 'http://b' }))).toBe('http://b/')
    expect(proxyFor(url, { HTTPS_PROXY: 'http://a', NO_PROXY: '*' })).toBeUndefined()
    expect(proxyFor(url, { HTTPS_PROXY: '' })).toBeUndefined()
  })

  test.each(['socks5://proxy.example:1080', 'http://', 'http://u:p%zz@127.0.0.1:9', 'http://%@127.0.0.1:9'])(
    '%s cannot be used, which is a problem before any call',
    (proxy) => {
      const env = { HTTPS_PROXY: proxy, OPENAI_API_KEY: 'sk-test-not-a-real-key' }
      expect(checkLlm(llmConfig(), { env, allowHosts: [] })).toEqual({
        code: 'bad-proxy',
        llm: 'writer',
        message: 'the proxy variable for https://api.openai.com holds no URL that can be used',
        help: 'write it like HTTPS_PROXY=http://proxy.example:3128, with %25 for a percent sign in a password',
      })
    },
  )
})

/** A proxy that sends every tunnel to one port, whatever host it is for. */
function startProxy(answer: { readonly status: number; readonly port: () => number }) {
  const asked: { readonly target: string; readonly headers: http.IncomingHttpHeaders }[] = []
  const sockets = new Set<net.Socket>()
  const proxy = http.createServer()
  proxy.on('connect', (request, socket: net.Socket) => {
    asked.push({ target: request.url ?? '', headers: request.headers })
    sockets.add(socket)
    socket.on('error', () => {})
    if (answer.status !== 200) {
      socket.end(`HTTP/1.1 ${answer.status} No\r\n\r\n`)
      return
    }
    const upstream = net.connect(answer.port(), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
      socket.pipe(upstream).pipe(socket)
    })
    sockets.add(upstream)
    upstream.on('error', () => socket.destroy())
  })
  return new Promise<{ port: number; asked: typeof asked; close(): void }>((resolve) => {
    proxy.listen(0, '127.0.0.1', () => {
      const address = proxy.address()
      if (address === null || typeof address === 'string') throw new Error('no port')
      const close = () => {
        for (const socket of sockets) socket.destroy()
        proxy.close()
      }
      resolve({ port: address.port, asked, close })
    })
  })
}

describe('through a proxy', () => {
  let server: FaultServer
  let secure: tls.Server
  let securePort = 0
  beforeAll(async () => {
    server = await startFaultServer(faults['a stream'])
    // TLS in front of the fault server.
    secure = tls.createServer(selfSigned(), (socket) => {
      const inner = net.connect(server.port, '127.0.0.1')
      socket.on('error', () => inner.destroy())
      inner.on('error', () => socket.destroy())
      socket.pipe(inner).pipe(socket)
    })
    await new Promise<void>((resolve) => secure.listen(0, '127.0.0.1', resolve))
    const address = secure.address()
    securePort = address !== null && typeof address === 'object' ? address.port : 0
  })
  afterAll(async () => {
    secure.close()
    await server.close()
  })
  afterEach(() => {
    delete process.env['NODE_TLS_REJECT_UNAUTHORIZED']
  })

  const call = async (baseUrl: string, proxyPort: number, timeLimits = {}) => {
    const proxy = `http://me:pass%20word@127.0.0.1:${proxyPort}`
    const env = {
      OPENAI_API_KEY: 'sk-test-not-a-real-key',
      OPENAI_BASE_URL: baseUrl,
      HTTPS_PROXY: proxy,
      HTTP_PROXY: proxy,
    }
    const llm = await openLlm(llmConfig(), { world: stillWorld(env), allowHosts: [], timeLimits })
    return llm.call(ask(), { signal: new AbortController().signal, onFirstToken: () => {} })
  }

  test('https is tunnelled: the proxy sees the host and its own password, the server the key; the tunnel is kept', async () => {
    // Node has no other way to trust a certificate after it has started.
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0'
    const proxy = await startProxy({ status: 200, port: () => securePort })
    try {
      expect((await call('https://model.example/v1', proxy.port)).text).toBe('Hello there')
      expect((await call('https://model.example/v1', proxy.port)).text).toBe('Hello there')
      expect(proxy.asked).toHaveLength(1)
      expect(proxy.asked[0]?.target).toBe('model.example:443')
      expect(proxy.asked[0]?.headers['proxy-authorization']).toBe(
        `Basic ${Buffer.from('me:pass word').toString('base64')}`,
      )
      expect(JSON.stringify(proxy.asked)).not.toContain('sk-test')
      expect(server.requests.at(-1)?.headers).toMatchObject({
        host: 'model.example',
        authorization: 'Bearer sk-test-not-a-real-key',
      })
      expect(server.requests.at(-1)?.headers).not.toHaveProperty('proxy-authorization')
    } finally {
      proxy.close()
    }
  })

  test('a certificate that nobody has signed is refused, tunnelled or not', async () => {
    const proxy = await startProxy({ status: 200, port: () => securePort })
    const before = server.requests.length
    try {
      for (const baseUrl of ['https://model.example:444/v1', `https://127.0.0.1:${securePort}/v1`]) {
        await expect(call(baseUrl, proxy.port)).rejects.toMatchObject({
          code: 'connection-failed',
          retryable: false,
          message: expect.stringMatching(/^cannot talk to https:\S+ its certificate is self-signed/),
        })
      }
      expect(server.requests.length).toBe(before)
    } finally {
      proxy.close()
    }
  })

  test('http is asked of the proxy by its whole URL', async () => {
    await call('http://model.example/v1', server.port)
    const request = server.requests.at(-1)
    expect(request?.path).toBe('http://model.example/v1/chat/completions')
    expect(request?.headers).toMatchObject({
      'host': 'model.example',
      'proxy-authorization': expect.any(String),
    })
  })

  test('a proxy that says no is named', async () => {
    const proxy = await startProxy({ status: 407, port: () => 0 })
    try {
      await expect(call('https://model.example/v1', proxy.port)).rejects.toMatchObject({
        code: 'connection-failed',
        message: `cannot reach https://model.example: the proxy 127.0.0.1:${proxy.port} answered CONNECT with status 407`,
      })
    } finally {
      proxy.close()
    }
  })

  test('a proxy that never answers passes the limit of the connection', async () => {
    const silent = await startFaultServer(() => {})
    try {
      await expect(call('https://model.example/v1', silent.port, { connectMs: 100 })).rejects.toMatchObject({
        code: 'timeout',
        message: 'no connection within 100 ms',
      })
      await expect.poll(() => silent.open).toBe(0)
      expect(silent.connections).toBe(1)
    } finally {
      await silent.close()
    }
  })

  test('a server that does not shake hands through the tunnel passes it too, and the tunnel is given up', async () => {
    const silent = await startFaultServer(() => {})
    const proxy = await startProxy({ status: 200, port: () => silent.port })
    try {
      const limits = { connectMs: 300 }
      await expect(call('https://silent.example/v1', proxy.port, limits)).rejects.toMatchObject({
        code: 'timeout',
      })
      await expect.poll(() => silent.open).toBe(0)
    } finally {
      proxy.close()
      await silent.close()
    }
  })

  test('an IPv6 address is asked for in brackets', async () => {
    const proxy = await startProxy({ status: 407, port: () => 0 })
    try {
      await expect(call('https://[2001:db8::7]/v1', proxy.port)).rejects.toThrow('407')
      expect(proxy.asked).toMatchObject([
        { target: '[2001:db8::7]:443', headers: { host: '[2001:db8::7]:443' } },
      ])
    } finally {
      proxy.close()
    }
  })
})
