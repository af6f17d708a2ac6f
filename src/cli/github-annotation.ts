import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { moreText, select } from '../diagnostics/selection.ts'
import { visible } from '../source/visible.ts'

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const

/** Of one file. GitHub itself shows ten of a step. */
const MOST_SHOWN = 100

/** The lines for all that was found, and one for what is left out. */
export function annotationsOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  const { shown, left } = select(diagnostics, MOST_SHOWN)
  const more = [...left].map(
    ([path, count]) => `::${commands.note} file=${property(path)}::${data(moreText(count))}\n`,
  )
  return [...shown.map(annotation), ...more]
}

/** A line that GitHub Actions shows beside the line of the flow: a diagnostic, or a file that cannot be read. */
export function annotation(about: Diagnostic | { readonly path: string; readonly message: string }): string {
  if (!('span' in about)) return `::error file=${property(about.path)}::${data(about.message)}\n`
  const { code, severity, message, span, help } = about
  const from = span.file.position(span.start)
  const to = span.file.position(span.end)
  // GitHub refuses columns of an annotation that goes over several lines.
  const isOneLine = from.line === to.line
  const properties = [
    `file=${property(span.file.path)}`,
    `line=${from.line}`,
    ...(isOneLine ? [`col=${from.column}`] : []),
    `endLine=${to.line}`,
    ...(isOneLine ? [`endColumn=${to.column}`] : []),
    `title=${property(code)}`,
  ]
  return `::${commands[severity]} ${properties.join(',')}::${data(help === undefined ? message : `${message}\nhelp: ${help}`)}\n`
}

/** A percent sign starts an escape, and a line break would start a line on which text could give commands. */
function data(text: string): string {
  return visible(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}
