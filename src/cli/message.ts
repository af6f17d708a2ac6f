import { visible, visibleLine } from '../source/visible.ts'
import type { Io } from './io.ts'

/** Says one thing on stderr, in the form that all messages have. Text from outside is made visible. */
export function say(io: Io, kind: 'error' | 'warning' | 'note', message: string, help?: string): void {
  const { palette } = io.stderr
  io.stderr.write(`${palette[kind](kind)}: ${visibleLine(message)}\n`)
  if (help === undefined) return
  const [first = '', ...rest] = visible(help).split('\n')
  const lines = [`  ${palette.help('help')}: ${first}`, ...rest.map((line) => `        ${line}`.trimEnd())]
  io.stderr.write(lines.join('\n') + '\n')
}
