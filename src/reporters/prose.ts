import { visibleLine } from '../source/visible.ts'
import { width } from '../source/width.ts'

/** Names in a sentence before the rest is only counted. */
const mostNamed = 4

/** `"a"`, `"a" and "b"`, `"a", "b" and 7 more`. */
export function namesText(ids: readonly string[]): string {
  const named = ids.slice(0, ids.length > mostNamed + 1 ? mostNamed : ids.length).map(nameText)
  if (named.length < ids.length) named.push(`${ids.length - named.length} more`)
  const last = named.pop() ?? ''
  return named.length === 0 ? last : `${named.join(', ')} and ${last}`
}

/** A name in quotes, safe to print. */
export function nameText(id: string): string {
  return `"${visibleLine(id)}"`
}

/** Text from outside at the end of a sentence: one line, with one full stop. */
export function ending(text: string): string {
  return `${visibleLine(text.replaceAll(/\s+/g, ' ').trim()).replace(/[.:;,]+$/, '')}.`
}

/** A paragraph in lines of so many columns, words whole, each line indented. */
export function wrapped(text: string, columns: number, indent: string): readonly string[] {
  const lines: string[] = []
  let line = indent
  for (const word of text.split(' ')) {
    if (line !== indent && width(line) + 1 + width(word) > columns) {
      lines.push(line)
      line = indent
    }
    line += line === indent ? word : ` ${word}`
  }
  return [...lines, line]
}
