import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { countLine, renderDiagnostics } from '../diagnostics/render.ts'
import { visibleLine } from '../source/visible.ts'
import type { Io } from './io.ts'

/** Says all that is wrong with a flow, and at the end that it is not valid. `path` is the flow as it was named. */
export function sayInvalid(path: string, diagnostics: readonly Diagnostic[], io: Io): void {
  const { palette } = io.stderr
  if (diagnostics.length > 0) io.stderr.write(renderDiagnostics(diagnostics, { colour: palette }) + '\n')
  const counts = diagnostics.length === 0 ? '' : ` (${countLine(diagnostics)})`
  io.stderr.write(`${palette.error('✖')} ${shownPath(path)} is not valid${counts}\n`)
}

/** A flow as it was named, for a line on the terminal. */
export function shownPath(path: string): string {
  return visibleLine(path === '-' ? '<stdin>' : path)
}
