import { visible } from '../source/visible.ts'

/** Lines of an answer that are shown; the whole text is in the result. */
const shownLines = 12
/** Characters of a line that are shown. */
const shownCharacters = 2000

/** A model's text as lines to print: in quotes when it is one line, a block otherwise, cut when it is long. */
export function answerLines(text: string): readonly string[] {
  const lines = visible(text.trimEnd()).split('\n')
  const [only = ''] = lines
  if (lines.length === 1) return [`"${cutLine(only)}"`]
  const shown = lines.slice(0, shownLines).map(cutLine)
  const hidden = lines.length - shown.length
  if (hidden > 0) shown.push(`… ${hidden} more ${hidden === 1 ? 'line' : 'lines'}`)
  return shown
}

function cutLine(line: string): string {
  return line.length <= shownCharacters ? line : `${line.slice(0, shownCharacters)}…`
}
