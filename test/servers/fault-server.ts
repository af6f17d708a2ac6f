import * as net from 'node:net'

/** A request as it came over the wire. */
export interface RecordedRequest {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Which connection it came on, counted from 1. */
  readonly connection: number
}

/** One request and the raw connection to answer it on. */
export interface Exchange {
  readonly request: RecordedRequest
  /** How many requests the server has had, this one included. */
  readonly count: number
  readonly socket: net.Socket
  /** Writes raw bytes; nothing happens when the connection is gone. */
  readonly write: (bytes: string | Uint8Array) => void
  /** Resolves after `ms`, or never when the server is closed before. */
  readonly wait: (ms: number) => Promise<void>
}

export type Behaviour = (exchange: Exchange) => void | Promise<void>

export interface FaultServer {
  readonly port: number
  /** `http://127.0.0.1:PORT/v1` */
  readonly baseUrl: string
  readonly requests: readonly RecordedRequest[]
  /** Connections accepted so far. */
  readonly connections: number
  /** Connections that stand now. */
  readonly open: number
  /** What it does from the next request on. */
  behave(behaviour: Behaviour): void
  close(): Promise<void>
}

/**
 * A server that does to each request whatever a test wants, down to the bytes. It counts and records requests by itself and
 * knows nothing of llmflows, so that a mistake there cannot hide here.
 */
export async function startFaultServer(first: Behaviour): Promise<FaultServer> {
  let behaviour = first
  let connections = 0
  const requests: RecordedRequest[] = []
  const sockets = new Set<net.Socket>()
  const timers = new Set<NodeJS.Timeout>()

  const server = net.createServer((socket) => {
    connections += 1
    const connection = connections
    sockets.add(socket)
    // What a fault writes before it breaks the connection has to have left.
    socket.setNoDelay(true)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    let buffered = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      buffered = Buffer.concat([buffered, bytes])
      for (let taken = takeRequest(buffered, connection); taken; taken = takeRequest(buffered, connection)) {
        buffered = taken.rest
        requests.push(taken.request)
        const exchange: Exchange = {
          request: taken.request,
          count: requests.length,
          socket,
          write(data) {
            if (!socket.destroyed && socket.writable) socket.write(data)
          },
          wait(ms) {
            return new Promise((resolve) => {
              const timer = setTimeout(() => {
                timers.delete(timer)
                resolve()
              }, ms)
              timers.add(timer)
            })
          },
        }
        void behaviour(exchange)
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', 4096, resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { port } = address

  return {
    port,
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    behave(next) {
      behaviour = next
    },
    async close() {
      for (const timer of timers) clearTimeout(timer)
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function takeRequest(
  bytes: Buffer,
  connection: number,
): { readonly request: RecordedRequest; readonly rest: Buffer<ArrayBuffer> } | undefined {
  const end = bytes.indexOf('\r\n\r\n')
  if (end === -1) return undefined
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const [method = '', path = ''] = first.split(' ')
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim()
  }
  const start = end + 4
  const length = Number(headers['content-length'] ?? 0)
  if (bytes.length < start + length) return undefined
  const body = bytes.subarray(start, start + length).toString()
  return {
    request: { method, path, headers, body, connection },
    rest: Buffer.from(bytes.subarray(start + length)),
  }
}
