import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** What is written to without being a file: a named pipe, a device, a terminal. */
export interface Pipe {
  /** Resolves when all of it has been taken. Rejects when that cannot be, or when a signal comes while it waits. */
  write(text: string): Promise<void>
  close(): Promise<void>
}

/**
 * Opens a pipe without waiting for a reader: rejects with `ENXIO` when there is none. It stays open from then on, since a
 * reader takes the first close for the end.
 */
export async function openPipe(path: string): Promise<Pipe> {
  // Waiting inside the system would keep the process from noticing a signal.
  const handle = await open(path, constants.O_WRONLY | constants.O_NONBLOCK)
  return {
    async write(text) {
      const bytes = Buffer.from(text)
      const controller = new AbortController()
      const stop = (): void => controller.abort(new Error('a signal came before its reader took all of it'))
      for (const name of signals) process.on(name, stop)
      try {
        for (let taken = 0; taken < bytes.length;) {
          controller.signal.throwIfAborted()
          try {
            taken += (await handle.write(bytes, taken)).bytesWritten
          } catch (error) {
            if (!isFull(error)) throw error
            await sleep(20)
          }
        }
      } finally {
        for (const name of signals) process.off(name, stop)
      }
    },
    close: () => handle.close(),
  }
}

const signals = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const

/** Whether a pipe that does not wait has no room just now. */
export function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}
