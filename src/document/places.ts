import type { Span } from '../source/span.ts'
import type { ScalarNode } from './node.ts'

/**
 * Finds the source of a stretch of a text scalar, which is a placeholder or a part of one. Escapes, folds and
 * indentation stand between the value and its source, but the braces are the same ones in the same order: the place
 * is counted from the nearest. Where that fails, as it does for an escaped brace, the whole scalar is the place.
 * Takes linear time for all stretches together.
 */
export function placesIn(node: ScalarNode): (start: number, end: number) => Span {
  const { span } = node
  const value = String(node.value)
  const source = span.file.text.slice(span.start, span.end)
  let braces: { readonly inValue: readonly number[]; readonly inSource: readonly number[] } | undefined
  return (start, end) => {
    braces ??= { inValue: positions(value), inSource: positions(source) }
    const { inValue, inSource } = braces
    const nearest = lastAtOrBefore(inValue, start)
    const [from, to] = [inValue[nearest], inSource[nearest]]
    if (inValue.length !== inSource.length || from === undefined || to === undefined) return span
    const at = to + start - from
    if (source.slice(at, at + end - start) !== value.slice(start, end)) return span
    return { file: span.file, start: span.start + at, end: span.start + at + end - start }
  }
}

function positions(text: string): readonly number[] {
  const found: number[] = []
  for (let at = text.indexOf('{'); at !== -1; at = text.indexOf('{', at + 1)) found.push(at)
  return found
}

/** The index of the last number that is not greater than the limit; -1 when there is none. */
function lastAtOrBefore(sorted: readonly number[], limit: number): number {
  let low = -1
  let high = sorted.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((sorted[middle] ?? 0) <= limit) low = middle
    else high = middle - 1
  }
  return low
}
