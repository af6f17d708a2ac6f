import { elided, visible, visibleLine } from '../source/visible.ts'
import { unifiedDiff } from '../source/unified-diff.ts'
import type { StepChange } from '../run/step-changes.ts'
import type { Palette } from '../source/palette.ts'

/** Comparing lines takes the product of them; texts with more are only counted. */
const MOST_LINES = 2000
/** Characters of a value that stand on one line. */
const SHORT = 60

/** What became of a text, in lines: on one where both are short, as the lines that changed otherwise. */
export function changeLines(
  before: string | undefined,
  after: string | undefined,
  palette: Palette,
): readonly string[] {
  if (before === undefined && after === undefined) return []
  if (isShort(before) && isShort(after))
    return [`${shortText(before, palette)} → ${shortText(after, palette)}`]
  const [old, fresh] = [visible(before ?? ''), visible(after ?? '')]
  if (lineCount(old) > MOST_LINES || lineCount(fresh) > MOST_LINES)
    return [`${lineCount(old)} lines → ${lineCount(fresh)} lines`]
  // Without its first two lines, which name files.
  const lines = unifiedDiff('', whole(old), whole(fresh)).trimEnd().split('\n').slice(2)
  return lines.filter((line) => !line.startsWith('@@')).map((line) => painted(elided(line, 400), palette))
}

/** A change with what it is of: `parameter temperature  0.7 → 0.2`, or lines under it. */
export function labelledChange(
  { kind, name }: Pick<StepChange, 'kind' | 'name'>,
  lines: readonly string[],
): readonly string[] {
  const label = `${kind}${name === '' ? '' : ` ${visibleLine(name)}`}`
  const [first = '', ...rest] = lines
  return rest.length === 0 ? [`${label}  ${first}`] : [label, ...lines.map((line) => `  ${line}`)]
}

function isShort(text: string | undefined): boolean {
  return text === undefined || (text.length <= SHORT && !text.includes('\n'))
}

function shortText(text: string | undefined, palette: Palette): string {
  return text === undefined ? palette.dim('nothing') : visibleLine(text)
}

function whole(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}

function lineCount(text: string): number {
  return text.split('\n').length
}

function painted(line: string, palette: Palette): string {
  if (line.startsWith('+')) return palette.success(line)
  return line.startsWith('-') ? palette.error(line) : palette.dim(line)
}
