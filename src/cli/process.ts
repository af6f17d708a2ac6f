import { fstatSync } from 'node:fs'
import { createRedactor, secretsIn } from '../llms/redaction.ts'
import { visibleLine } from '../source/visible.ts'
import { colourChoice, colourLevel, paletteOf } from './colour.ts'
import { reasonOf } from './failure-reason.ts'
import type { ExitCode, Io } from './io.ts'
import { runProgram } from './program.ts'
import { StreamWriter } from './stream-writer.ts'
import { UsageError } from './usage-error.ts'

/** Standard input is held in memory. */
const MAX_STDIN_BYTES = 64 * 1024 * 1024

/** Runs the program on this process and exits when all that was written has been taken. */
export async function runProcess(args: readonly string[]): Promise<void> {
  const { env } = process
  const wishes = { choice: colourChoice(args), env }
  const secrets: string[] = []
  let redactor: ((text: string) => string) | undefined
  const redact = (text: string): string => {
    redactor ??= createRedactor([...secretsIn(env), ...secrets])
    return redactor(text)
  }
  const stdout = new StreamWriter(process.stdout, {
    palette: await paletteOf(colourLevel(process.stdout, wishes)),
    filter: (text) => text,
  })
  const stderr = new StreamWriter(process.stderr, {
    palette: await paletteOf(colourLevel(process.stderr, wishes)),
    filter: redact,
  })
  const cwd = workingFolder()
  if (cwd === undefined) {
    stderr.write(
      'error: the working folder does not exist any more\n  help: change to a folder that is there\n',
    )
    await stderr.end()
    process.exit(2)
  }
  let exitCode: ExitCode = 0
  let isStdinRead = false
  const io: Io = {
    stdout,
    stderr,
    env,
    cwd,
    // Only looked at when it matters: to touch stdin is to open it.
    get isInteractive() {
      return process.stderr.isTTY && process.stdin.isTTY
    },
    animated: animated(process.stderr, env, redact),
    redact,
    addSecrets(more) {
      secrets.push(...more)
      redactor = undefined
    },
    async stdinBytes() {
      if (isStdinRead) throw new UsageError('standard input can be read only once', 'use "-" in one place')
      isStdinRead = true
      return readStdin()
    },
    setExitCode(code) {
      exitCode = code
    },
  }
  const fail = async (error: unknown): Promise<void> => {
    stderr.write(internalError(error, env))
    await end(70)
  }
  const end = async (code: ExitCode): Promise<void> => {
    await stdout.end()
    const failure = stdout.takeFailure()
    if (failure !== undefined)
      stderr.write(`error: standard output cannot be written: ${visibleLine(reasonOf(failure))}\n`)
    await stderr.end()
    // Nothing that is still open, such as a stdin that never ends, may keep the process.
    process.exit(stdout.failure !== undefined && code === 0 ? 1 : code)
  }
  process.on('uncaughtException', (error) => void fail(error))
  process.once('beforeExit', () => void fail(new Error('there is nothing left to wait for')))
  try {
    await runProgram(args, io)
  } catch (error) {
    return fail(error)
  }
  await end(exitCode)
}

/** In a terminal without columns ora would draw for ever; a dumb one and those of CI cannot take a line back. */
function animated(
  stream: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
  redact: (text: string) => string,
): NodeJS.WriteStream | undefined {
  if (!stream.isTTY || !(stream.columns > 0) || env['TERM'] === 'dumb' || (env['CI'] ?? '') !== '')
    return undefined
  const terminal = Object.create(stream) as NodeJS.WriteStream
  terminal.write = (text: string | Uint8Array) => stream.write(typeof text === 'string' ? redact(text) : text)
  return terminal
}

/** Undefined when it has been removed; nothing can be named relative to it then. */
function workingFolder(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

async function readStdin(): Promise<Uint8Array> {
  try {
    // Node reads a folder as if it were empty.
    if (fstatSync(0).isDirectory()) throw new UsageError('standard input cannot be read: it is a folder')
    return await readAll()
  } catch (error) {
    if (error instanceof UsageError) throw error
    const isClosed = error instanceof Error && 'code' in error && error.code === 'EBADF'
    const reason = isClosed ? 'it is not open for reading' : reasonOf(error)
    throw new UsageError(`standard input cannot be read: ${reason}`)
  }
}

async function readAll(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of process.stdin) {
    const bytes: Uint8Array = Buffer.from(chunk)
    size += bytes.length
    if (size > MAX_STDIN_BYTES) throw new UsageError(`standard input has more than ${MAX_STDIN_BYTES} bytes`)
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}

function internalError(error: unknown, env: NodeJS.ProcessEnv): string {
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error && env['LLMFLOWS_DEBUG'] === '1' ? `${error.stack ?? ''}\n` : ''
  return (
    `internal error: ${visibleLine(message)}\n${stack}` +
    '  help: this is a mistake in llmflows; please report it with the command, the flow and the output of the same\n' +
    '        command with LLMFLOWS_DEBUG=1 set\n'
  )
}
