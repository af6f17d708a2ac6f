import { createServer, type IncomingMessage, type Server } from 'node:http'

/** A request as a test sees it. */
export interface Received {
  readonly method: string
  /** Without the query. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  readonly body: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export interface RecordedServer {
  readonly url: URL
  readonly received: Received[]
  close(): Promise<void>
}

/** A server on loopback that speaks JSON and writes down what it was asked. */
export async function recordedServer(answer: (request: Received) => Reply): Promise<RecordedServer> {
  const received: Received[] = []
  const server: Server = createServer((message, response) => {
    const pieces: Buffer[] = []
    message.on('data', (piece: Buffer) => pieces.push(piece))
    message.on('end', () => {
      const url = new URL(message.url ?? '/', 'http://loopback')
      const text = Buffer.concat(pieces).toString()
      const request: Received = {
        method: message.method ?? '',
        path: decodeURIComponent(url.pathname),
        query: url.searchParams,
        headers: message.headers,
        body: text === '' ? {} : (JSON.parse(text) as Received['body']),
      }
      received.push(request)
      const { status = 200, headers = {}, body } = answer(request)
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(body === undefined ? '' : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    received,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => resolve())
      }),
  }
}

export function cosine(a: readonly number[], b: readonly number[]): number {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, number, place) => sum + number * (y[place] ?? 0), 0)
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}
