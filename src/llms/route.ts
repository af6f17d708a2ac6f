import * as http from 'node:http'
import { proxyAuthorization } from './proxy.ts'

/** How requests to an origin travel. */
export interface Route {
  readonly request: typeof http.request
  readonly agent: http.Agent
  /** The event of a new socket that says that the server can be spoken to. */
  readonly readyEvent: 'connect' | 'secureConnect'
  /** Set when a new connection is a tunnel, whose agent has to know when nobody needs it any more: the option `neededUntil`. */
  readonly isTunnelled?: true
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

/** The route to a URL, directly or through a proxy. TLS is loaded only where it is needed: a server on this machine is not. */
export async function routeTo(url: URL, proxy: URL | undefined): Promise<Route> {
  if (url.protocol === 'https:' && proxy !== undefined) {
    const [https, { TunnelAgent }] = await Promise.all([import('node:https'), import('./tunnel.ts')])
    const agent = shared(`tunnel ${proxy.href}`, () => new TunnelAgent(proxy, settings))
    // A tunnel is ready when its agent hands it over.
    return { request: https.request, agent, readyEvent: 'secureConnect', isTunnelled: true }
  }
  const first = await direct(proxy ?? url)
  return proxy === undefined ? first : { ...first, via: { proxy, authorization: proxyAuthorization(proxy) } }
}

async function direct(url: URL): Promise<Route> {
  if (url.protocol === 'http:') {
    const agent = shared('http', () => new http.Agent(settings))
    return { request: http.request, agent, readyEvent: 'connect' }
  }
  const https = await import('node:https')
  const agent = shared('https', () => new https.Agent(settings))
  return { request: https.request, agent, readyEvent: 'secureConnect' }
}

function shared(name: string, create: () => http.Agent): http.Agent {
  const agent = agents.get(name) ?? create()
  agents.set(name, agent)
  return agent
}
