import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface LimitedServer extends AsyncDisposable {
  readonly url: string
  /** When each request came, in milliseconds since the first one, and whether it was answered. */
  readonly requests: readonly { readonly at: number; readonly isAnswered: boolean }[]
}

interface Limit {
  readonly perSecond: number
  /** How many may come at once after a rest. */
  readonly burst: number
  /** What is sent with every answer and refusal; `left`: how many more would be answered now. */
  readonly headers?: (left: number, isAnswered: boolean) => Record<string, string>
}

/** A server of OpenAI's protocol on loopback that answers so many chats and no more: a bucket that fills up little by little. */
export async function limitedServer({
  perSecond,
  burst,
  headers = () => ({}),
}: Limit): Promise<LimitedServer> {
  const requests: { at: number; isAnswered: boolean }[] = []
  let left = burst
  let filledAt = performance.now()
  let first: number | undefined
  const server = createServer((request, response) => {
    request.resume()
    request.once('end', () => {
      const now = performance.now()
      first ??= now
      left = Math.min(burst, left + ((now - filledAt) * perSecond) / 1000)
      filledAt = now
      const isAnswered = left >= 1
      if (isAnswered) left--
      requests.push({ at: now - first, isAnswered })
      const told = headers(Math.floor(left), isAnswered)
      if (isAnswered) answer(response, told)
      else refuse(response, told)
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

function answer(response: ServerResponse, headers: Record<string, string>): void {
  const choices = [{ index: 0, message: { role: 'assistant', content: 'yes' }, finish_reason: 'stop' }]
  const usage = { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 }
  const body = JSON.stringify({ id: 'c', object: 'chat.completion', model: 'm', choices, usage })
  response.writeHead(200, { 'content-type': 'application/json', ...headers }).end(body)
}

function refuse(response: ServerResponse, headers: Record<string, string>): void {
  const body = JSON.stringify({ error: { message: 'slow down', code: 'rate_limit_exceeded' } })
  response.writeHead(429, { 'content-type': 'application/json', ...headers }).end(body)
}

/** The most requests that came within any stretch of so many milliseconds. */
export function mostWithin(times: readonly number[], ms: number): number {
  return Math.max(0, ...times.map((at) => times.filter((other) => other >= at && other < at + ms).length))
}
