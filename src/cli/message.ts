import { elided, visible, visibleLine } from '../source/visible.ts'
import type { Io } from './io.ts'

/** An argument may be as long as a file; nobody reads it in a message. */
const MOST_OF_MESSAGE = 600
const MOST_OF_LINE = 2000

/** Says one thing on stderr, in the form that all messages have. Text from outside is made visible. */
export function say(io: Io, kind: 'error' | 'warning' | 'note', message: string, help?: string): void {
  const { palette } = io.stderr
  io.stderr.write(`${palette[kind](kind)}: ${visibleLine(elided(io.redact(message), MOST_OF_MESSAGE))}\n`)
  if (help === undefined) return
  // Secrets go first: half of one would not be known for one.
  const [first = '', ...rest] = visible(io.redact(help))
    .split('\n')
    .map((line) => elided(line, MOST_OF_LINE))
  const lines = [`  ${palette.help('help')}: ${first}`, ...rest.map((line) => `        ${line}`.trimEnd())]
  io.stderr.write(lines.join('\n') + '\n')
}
