import * as http from 'node:http'
import * as https from 'node:https'
import { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { proxyAuthorization } from './proxy.ts'

/** How requests to an origin travel. */
export interface Route {
  readonly secure: boolean
  readonly agent: http.Agent
  /** Set when the request itself is made to a proxy, which then wants the whole URL as its path. */
  readonly via?: { readonly proxy: URL; readonly authorization: string | undefined }
}

// Every step that runs holds a connection: no cap, and what is free is kept for the next one. LLMs of one origin share
// them, as do runs of one process; free connections do not keep the process alive.
const settings = {
  keepAlive: true,
  maxSockets: Infinity,
  maxFreeSockets: Infinity,
  scheduling: 'lifo',
} as const
const agents = new Map<string, http.Agent>()

/** The route to a URL, directly or through a proxy. */
export function routeTo(url: URL, proxy: URL | undefined): Route {
  if (url.protocol === 'https:') {
    const agent =
      proxy === undefined
        ? shared('https', () => new https.Agent(settings))
        : shared(`tunnel ${proxy.href}`, () => new TunnelAgent(proxy))
    return { secure: true, agent }
  }
  if (proxy === undefined) return { secure: false, agent: shared('http', () => new http.Agent(settings)) }
  const secure = proxy.protocol === 'https:'
  const agent = secure
    ? shared('https', () => new https.Agent(settings))
    : shared('http', () => new http.Agent(settings))
  return { secure, agent, via: { proxy, authorization: proxyAuthorization(proxy) } }
}

function shared(name: string, create: () => http.Agent): http.Agent {
  const agent = agents.get(name) ?? create()
  agents.set(name, agent)
  return agent
}

/** Connects through a proxy's CONNECT, then speaks TLS with the server itself: the proxy sees no key and no prompt. */
class TunnelAgent extends https.Agent {
  readonly #proxy: URL

  constructor(proxy: URL) {
    super(settings)
    this.#proxy = proxy
  }

  override createConnection(
    options: https.RequestOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): null {
    const proxy = this.#proxy
    const target = `${options.host ?? ''}:${options.port ?? 443}`
    const authorization = proxyAuthorization(proxy)
    const connect = (proxy.protocol === 'https:' ? https : http).request({
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port === '' ? (proxy.protocol === 'https:' ? 443 : 80) : Number(proxy.port),
      method: 'CONNECT',
      path: target,
      agent: false,
      headers: {
        host: target,
        ...(authorization === undefined ? {} : { 'proxy-authorization': authorization }),
      },
    })
    const fail = (error: Error): void => callback?.(error, new Duplex())
    connect.once('error', fail)
    // The attempt that waits for the tunnel watches the time; a tunnel that nobody waits for any more must hold nothing up.
    connect.once('socket', (socket) => socket.unref())
    connect.once('connect', (response, socket) => {
      if (response.statusCode !== 200) {
        socket.destroy()
        fail(new Error(`the proxy ${proxy.host} answered CONNECT with status ${response.statusCode ?? 0}`))
        return
      }
      socket.ref()
      const secured = tls.connect({
        socket,
        host: options.host ?? '',
        servername: options.servername ?? options.host ?? '',
        ALPNProtocols: ['http/1.1'],
      })
      secured.once('error', fail)
      secured.once('secureConnect', () => {
        secured.removeListener('error', fail)
        callback?.(null, secured)
      })
    })
    connect.end()
    return null
  }
}
