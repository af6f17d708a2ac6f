import * as http from 'node:http'
import * as https from 'node:https'
import { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { proxyAuthorization } from './proxy.ts'

interface TunnelOptions extends https.RequestOptions {
  /** Aborted when the request that the tunnel is for has been given up. Node keeps its own `signal` from agents. */
  readonly neededUntil?: AbortSignal
}

/** Connects through a proxy's CONNECT, then speaks TLS with the server itself: the proxy sees no key and no prompt. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL

  constructor(proxy: URL, settings: https.AgentOptions) {
    super(settings)
    this.#proxy = proxy
  }

  override createConnection(
    options: TunnelOptions,
    callback?: (error: Error | null, socket: Duplex) => void,
  ): null {
    const proxy = this.#proxy
    const host = options.host ?? ''
    const target = `${host.includes(':') ? `[${host}]` : host}:${options.port ?? 443}`
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
    // Nobody else waits for this tunnel: one that does not stand by then is given up.
    const { neededUntil } = options
    let opening: { destroy(error: Error): void } = connect
    const giveUp = (): void => opening.destroy(new Error('the tunnel was given up'))
    neededUntil?.addEventListener('abort', giveUp, { once: true })
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
        host,
        servername: options.servername ?? host,
        ALPNProtocols: ['http/1.1'],
      })
      opening = secured
      secured.once('error', fail)
      secured.once('secureConnect', () => {
        neededUntil?.removeEventListener('abort', giveUp)
        secured.removeListener('error', fail)
        callback?.(null, secured)
      })
    })
    connect.end()
    return null
  }
}
