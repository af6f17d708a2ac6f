import { isAbsolute, relative, resolve, sep } from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { moreText, select } from '../diagnostics/selection.ts'
import { visible } from '../source/visible.ts'
import type { Io } from './io.ts'

/** Where the command runs: GitHub takes paths to be in the folder of the repository. */
type Where = Pick<Io, 'cwd' | 'env'>

const commands = { error: 'error', warning: 'warning', note: 'notice' } as const

/** Of one file. GitHub itself shows ten of a step. */
const MOST_SHOWN = 100

/** The lines for all that was found, and one for what is left out. */
export function annotationsOf(diagnostics: readonly Diagnostic[], where: Where): readonly string[] {
  const { shown, left } = select(diagnostics, MOST_SHOWN)
  const more = [...left].map(
    ([path, count]) => `::${commands.note} file=${file(path, where)}::${data(moreText(count))}\n`,
  )
  return [...shown.map((one) => annotation(one, where)), ...more]
}

/** A line that GitHub Actions shows beside the line of the flow: a diagnostic, or a file that cannot be read. */
export function annotation(
  about: Diagnostic | { readonly path: string; readonly message: string },
  where: Where,
): string {
  if (!('span' in about)) return `::error file=${file(about.path, where)}::${data(about.message)}\n`
  const { code, severity, message, span, help } = about
  const from = span.file.position(span.start)
  const to = span.file.position(span.end)
  // GitHub refuses columns of an annotation that goes over several lines.
  const isOneLine = from.line === to.line
  const properties = [
    `file=${file(span.file.path, where)}`,
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

function file(path: string, { cwd, env }: Where): string {
  const workspace = env['GITHUB_WORKSPACE'] ?? ''
  // Standard input and options are no files.
  if (workspace === '' || /^(?:<|--)/.test(path)) return property(path)
  const inside = relative(workspace, resolve(cwd, path))
  const isOutside = inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)
  return property(isOutside ? path : inside.replaceAll(sep, '/'))
}
