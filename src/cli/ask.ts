import { createInterface } from 'node:readline/promises'
import type { Input } from '../flow/flow.ts'
import { visibleLine } from '../source/visible.ts'
import { addWritten, type WrittenInputs } from './input-options.ts'
import type { ExitCode, Io } from './io.ts'
import { catchSignals } from './signals.ts'

/**
 * Asks for the inputs that were not given, on the terminal. Resolves with the exit code of the interruption when the
 * person would rather not, or a signal ended it.
 */
export async function askFor(
  missing: readonly Input[],
  written: WrittenInputs,
  io: Io,
): Promise<ExitCode | undefined> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  asking.once('close', () => gone.abort())
  asking.once('SIGINT', () => asking.close())
  // A terminal in the middle of a line would be left as it is.
  const interruption = catchSignals(() => asking.close())
  try {
    for (const { name, description } of missing) {
      const label =
        description === undefined ? '' : ` ${io.stderr.palette.dim(`(${visibleLine(description)})`)}`
      addWritten(
        written,
        name,
        await asking.question(`${io.stderr.palette.bold(name)}${label}: `, { signal: gone.signal }),
      )
    }
    return undefined
  } catch (error) {
    if (!gone.signal.aborted) throw error
    io.stderr.write('\n')
    return interruption.exitCode ?? 130
  } finally {
    interruption.release()
    asking.close()
  }
}
