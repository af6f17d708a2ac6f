import { createInterface } from 'node:readline'
import { UsageError } from './usage-error.ts'
import type { ExitCode, Io } from './io.ts'
import { catchSignals } from './signals.ts'

/** What comes next: something that is said, or the end of the talk. */
export type Line = { readonly text: string } | { readonly ended: ExitCode }

/** Where lines come from. */
export interface Lines {
  next(): Promise<Line>
}

/** The longest line that is read from a pipe, in characters. */
const LONGEST_LINE = 8 * 1024 * 1024

/** One line of standard input after the other, as they come. */
export function linesOfPipe(stdin: AsyncIterable<Uint8Array | string>): Lines {
  const lines = split(stdin)
  return {
    async next() {
      const { done, value } = await lines.next()
      return done === true ? { ended: 0 } : { text: value }
    },
  }
}

async function* split(stdin: AsyncIterable<Uint8Array | string>): AsyncGenerator<string, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let rest = ''
  for await (const chunk of stdin) {
    const pieces = (rest + decode(decoder, Buffer.from(chunk))).split('\n')
    rest = pieces.pop() ?? ''
    if (rest.length > LONGEST_LINE)
      throw new UsageError(`a line of standard input has more than ${LONGEST_LINE} characters`)
    for (const piece of pieces) yield piece.replace(/\r$/, '')
  }
  rest += decode(decoder)
  if (rest !== '') yield rest
  return undefined
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes?: Uint8Array): string {
  try {
    return bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })
  } catch {
    throw new UsageError('standard input is not UTF-8 text')
  }
}

/**
 * Lines that are typed on the terminal, with those of before at the arrow keys. The terminal is its own again between two
 * of them, so that a key may interrupt what goes on there. What is pasted is as many lines as it has.
 */
export function linesOfTerminal(io: Io): Lines {
  const prompt = `${io.stderr.palette.bold('>')} `
  const pasted: string[] = []
  /** What was typed of a line that is not ended. */
  let begun = ''
  let history: string[] = []
  return {
    async next() {
      const text = pasted.shift()
      if (text !== undefined) {
        io.stderr.write(`${prompt}${text}\n`)
        return { text }
      }
      const asking = createInterface({
        input: process.stdin,
        output: process.stderr,
        terminal: true,
        prompt,
        history: [...history],
        removeHistoryDuplicates: true,
      })
      asking.on('history', (lines: string[]) => {
        history = [...lines]
      })
      let ended: ExitCode = 0
      // A terminal in the middle of a line would be left as it is.
      const interruption = catchSignals(() => asking.close())
      try {
        const line = await new Promise<string | undefined>((resolve) => {
          const lines: string[] = []
          asking.on('line', (typed) => {
            lines.push(typed)
            // The rest of what was pasted comes at once, before anyone who waits is told.
            queueMicrotask(() => {
              const [first, ...more] = lines.splice(0)
              if (first === undefined) return
              pasted.push(...more)
              resolve(first)
            })
          })
          asking.once('SIGINT', () => {
            ended = 130
            asking.close()
          })
          asking.once('close', () => resolve(undefined))
          asking.prompt()
          if (begun !== '') asking.write(begun)
          begun = ''
        })
        if (line !== undefined) {
          begun = asking.line
          return { text: line }
        }
        io.stderr.write('\n')
        return { ended: interruption.exitCode ?? ended }
      } finally {
        interruption.release()
        asking.close()
      }
    },
  }
}
