import { spawn, type ChildProcess } from 'node:child_process'
import { guardGroup, releaseGroup, signalGroup } from './process-group.ts'

export interface Program {
  readonly argv: readonly string[]
  /** The working directory. */
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** Undefined: stdin is empty. */
  readonly stdin: string | undefined
  /** Aborted: it gets SIGTERM, and SIGKILL a little later, with all that it has started. */
  readonly signal: AbortSignal
}

export type Ended =
  | {
      readonly kind: 'ended'
      /** Null when a signal ended it. */
      readonly code: number | null
      readonly signal: NodeJS.Signals | null
      readonly stdout: Uint8Array
      /** The last of it. */
      readonly stderr: string
    }
  | { readonly kind: 'too-much' }
  /** `code` is that of the system, such as ENOENT. */
  | { readonly kind: 'not-started'; readonly code: string }

/** The most bytes that a program may write to its stdout. */
export const MAX_OUTPUT_BYTES = 8 * 1024 * 1024
/** Bytes of stderr that are kept, from its end. */
const KEPT_BYTES = 4096
/** Between SIGTERM and SIGKILL. */
const TERM_GRACE_MS = 700
/** How long what it wrote may take to arrive once it has ended. */
const DRAIN_MS = 500

/** Runs a program without a shell, in a group of its own, and reads what it writes. Rejects with the signal's reason once it has ended. */
export async function runProgram(program: Program): Promise<Ended> {
  const { argv, folder, env, stdin, signal } = program
  const [name = '', ...args] = argv
  signal.throwIfAborted()
  let child: ChildProcess
  try {
    child = spawn(name, args, { cwd: folder, env, detached: true, stdio: 'pipe', windowsHide: true })
  } catch (error) {
    return { kind: 'not-started', code: codeOf(error) }
  }
  guardGroup(child)
  let killTimer: NodeJS.Timeout | undefined
  const stop = (): void => {
    signalGroup(child, 'SIGTERM')
    killTimer = setTimeout(() => signalGroup(child, 'SIGKILL'), TERM_GRACE_MS)
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    const ended = await endOf(child, stdin)
    signal.throwIfAborted()
    return ended
  } finally {
    signal.removeEventListener('abort', stop)
    clearTimeout(killTimer)
    releaseGroup(child)
  }
}

function endOf(child: ChildProcess, stdin: string | undefined): Promise<Ended> {
  return new Promise((resolve) => {
    const stdout: Buffer[] = []
    let size = 0
    let stderr = Buffer.alloc(0)
    child.stdout?.on('data', (bytes: Buffer) => {
      size += bytes.length
      if (size <= MAX_OUTPUT_BYTES) stdout.push(bytes)
      else {
        signalGroup(child, 'SIGKILL')
        resolve({ kind: 'too-much' })
      }
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      stderr = Buffer.concat([stderr, bytes]).subarray(-KEPT_BYTES)
    })
    child.on('error', (error) => resolve({ kind: 'not-started', code: codeOf(error) }))
    const end = (): void => {
      const { exitCode: code, signalCode: signal } = child
      resolve({ kind: 'ended', code, signal, stdout: Buffer.concat(stdout), stderr: stderr.toString('utf8') })
    }
    child.on('close', end)
    child.on('exit', () => {
      // What it has left behind may keep its pipes open for ever.
      releaseGroup(child)
      setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        end()
      }, DRAIN_MS).unref()
    })
    // A program need not read what it is given, and may be gone before all is written.
    child.stdin?.on('error', () => {})
    child.stdin?.end(stdin ?? '')
  })
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error)
}
