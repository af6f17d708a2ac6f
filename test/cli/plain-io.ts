import type { ExitCode, Io, Writer } from '../../src/cli/io.ts'
import { runProgram } from '../../src/cli/program.ts'
import { plainPalette } from '../../src/source/palette.ts'

/** What a command did, as a shell would see it. */
export interface Outcome {
  readonly stdout: string
  readonly stderr: string
  readonly exitCode: ExitCode
}

interface Surroundings {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

/** Runs a command line without a process. */
export async function llmflows(args: readonly string[], surroundings: Surroundings = {}): Promise<Outcome> {
  const written = { stdout: '', stderr: '' }
  let exitCode: ExitCode = 0
  const writer = (stream: 'stdout' | 'stderr'): Writer => ({
    isTerminal: false,
    palette: plainPalette,
    columns: 80,
    write: (text) => void (written[stream] += text),
    writeAll: async (pieces) => {
      for (const piece of pieces) written[stream] += piece
    },
    takeFailure: () => undefined,
  })
  const io: Io = {
    stdout: writer('stdout'),
    stderr: writer('stderr'),
    env: surroundings.env ?? {},
    cwd: surroundings.cwd ?? process.cwd(),
    isInteractive: false,
    animated: undefined,
    redact: (text) => text,
    addSecrets: () => {},
    stdinBytes: async () => new TextEncoder().encode(surroundings.stdin ?? ''),
    setExitCode: (code) => void (exitCode = code),
  }
  await runProgram(args, io)
  return { ...written, exitCode }
}
