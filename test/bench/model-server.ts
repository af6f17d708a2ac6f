import { fork } from 'node:child_process'
import { once } from 'node:events'

/** Runs work against a model server in a process of its own, so that it does not share the event loop. */
export async function withModelServer<T>(delayMs: number, work: (url: string) => Promise<T>): Promise<T> {
  const server = fork('test/bench/model-server.js', [String(delayMs)])
  try {
    const [port] = (await once(server, 'message')) as [number]
    return await work(`http://127.0.0.1:${port}/v1`)
  } finally {
    server.disconnect()
  }
}
