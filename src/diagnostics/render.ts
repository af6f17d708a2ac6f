import { plainPalette, type Palette } from '../source/palette.ts'
import type { Span } from '../source/span.ts'
import { visible, visibleLine } from '../source/visible.ts'
import { codeFrame } from './code-frame.ts'
import type { Diagnostic } from './diagnostic.ts'
import { moreText, select, severities } from './selection.ts'

/** Of one file. Nobody reads more, and a megabyte of mistakes would be many of messages. */
const MOST_SHOWN = 100

/**
 * Diagnostics as people read them, by file and place, a blank line between two:
 *
 *     flow.yaml:14:15 error[unknown-template]: step "draft" uses the template "summry", which is not declared
 *      14 |     template: summry
 *         |               ^^^^^^
 *       flow.yaml:5:3 similar name declared here
 *      5 |   summary: |
 *        |   ^^^^^^^
 *       help: did you mean "summary"?
 *
 * Of a file at most a hundred are shown, errors before all others, then `… and 39,900 more`. Text from outside is made
 * visible. Ends with a newline; empty when there are no diagnostics.
 */
export function renderDiagnostics(
  diagnostics: readonly Diagnostic[],
  options: { readonly colour: Palette } = { colour: plainPalette },
): string {
  const { shown, left } = select(diagnostics, MOST_SHOWN)
  const texts = shown.flatMap((diagnostic, index) => {
    const { path } = diagnostic.span.file
    const count = left.get(path)
    const text = renderDiagnostic(diagnostic, options.colour)
    const isLast = shown[index + 1]?.span.file.path !== path
    return count === undefined || !isLast ? [text] : [text, `${visibleLine(path)}: ${moreText(count)}\n`]
  })
  return texts.join('\n')
}

/** `1 error, 2 warnings`; `no errors` when there are no diagnostics. */
export function countLine(diagnostics: readonly Diagnostic[]): string {
  const counts = severities
    .map((severity) => ({ severity, count: diagnostics.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${count === 1 ? '' : 's'}`)
  return counts.length === 0 ? 'no errors' : counts.join(', ')
}

function renderDiagnostic(diagnostic: Diagnostic, colour: Palette): string {
  const paint = colour[diagnostic.severity]
  const label = paint(`${diagnostic.severity}[${diagnostic.code}]`)
  const lines = [
    `${colour.bold(placeOf(diagnostic.span))} ${label}: ${colour.bold(visibleLine(diagnostic.message))}`,
    ...frameLines(diagnostic.span, paint, colour),
  ]
  for (const related of diagnostic.related ?? []) {
    lines.push(`  ${colour.bold(placeOf(related.span))} ${visibleLine(related.message)}`)
    lines.push(...frameLines(related.span, colour.note, colour))
  }
  if (diagnostic.help !== undefined) lines.push(...helpLines(diagnostic.help, colour))
  return lines.join('\n') + '\n'
}

function placeOf(span: Span): string {
  const { line, column } = span.file.position(span.start)
  return `${visibleLine(span.file.path)}:${line}:${column}`
}

function frameLines(span: Span, paint: (text: string) => string, colour: Palette): readonly string[] {
  const { line, source, underline } = codeFrame(span)
  const number = String(line)
  const gutter = source === '' ? ` ${number} |` : ` ${number} | `
  const indent = underline.length - underline.trimStart().length
  return [
    colour.dim(gutter) + source,
    colour.dim(` ${' '.repeat(number.length)} | `) +
      underline.slice(0, indent) +
      paint(underline.slice(indent)),
  ]
}

function helpLines(help: string, colour: Palette): readonly string[] {
  const [first = '', ...rest] = visible(help).split('\n')
  const indent = '        '
  return [`  ${colour.help('help')}: ${first}`, ...rest.map((line) => (line === '' ? '' : indent + line))]
}
