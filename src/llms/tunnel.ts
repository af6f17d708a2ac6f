import * as http from 'node:http'
import * as https from 'node:https'
import { Duplex } from 'node:stream'
import * as tls from 'node:tls'
import { proxyAuthorization } from './proxy.ts'

/** Connects through a proxy's CONNECT, then speaks TLS with the server itself: the proxy sees no key and no prompt. */
export class TunnelAgent extends https.Agent {
  readonly #proxy: URL

  constructor(proxy: URL, settings: https.AgentOptions) {
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
