import { createInterface } from 'node:readline/promises'
import type { Input } from '../flow/flow.ts'
import { visibleLine } from '../source/visible.ts'
import { addWritten, type WrittenInputs } from './input-options.ts'
import type { Io } from './io.ts'

/** Asks for the inputs that were not given, on the terminal. Resolves with false when the person would rather not. */
export async function askFor(missing: readonly Input[], written: WrittenInputs, io: Io): Promise<boolean> {
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  const gone = new AbortController()
  asking.once('close', () => gone.abort())
  asking.once('SIGINT', () => asking.close())
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
    return true
  } catch (error) {
    if (!gone.signal.aborted) throw error
    io.stderr.write('\n')
    return false
  } finally {
    asking.close()
  }
}
