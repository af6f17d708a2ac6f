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

/**
 * As `placesIn`, for any stretch of a short text, and without braces to count by: the letters of the value are found
 * again in the source one after the other, past the quotes, escapes, folds and indentation between them. Where that
 * fails the whole scalar is the place.
 */
export function lettersIn(node: ScalarNode): (start: number, end: number) => Span {
  const { span } = node
  const found = findLetters(String(node.value), span.file.text.slice(span.start, span.end))
  return (start, end) => {
    const from = start < end ? found?.starts[start] : found?.ends[start - 1]
    const to = found?.ends[Math.max(start, end) - 1]
    return from === undefined || to === undefined
      ? span
      : { file: span.file, start: span.start + from, end: span.start + to }
  }
}

/** Where each letter of a value begins and ends in its source; undefined when it is not found there. */
function findLetters(
  value: string,
  source: string,
): { readonly starts: readonly number[]; readonly ends: readonly number[] } | undefined {
  const quote = /^["']/.exec(source)?.[0]
  const header = quote ?? /^[|>][^\n]*\n/.exec(source)?.[0] ?? ''
  const escapes = quote === '"' ? '\\' : quote === "'" ? "'" : undefined
  const starts: number[] = []
  const ends: number[] = []
  let at = header.length
  for (const letter of value.split('')) {
    const isBlank = /\s/.test(letter)
    if (!isBlank) while (/\s/.test(source[at] ?? '') || /^\\\s/.test(source.slice(at, at + 2))) at++
    const isEscaped = source[at] === escapes && source[at + 1] !== undefined
    if (isBlank && isEscaped && quote === '"') at += 2
    else if (isBlank && source[at] === letter) at++
    starts.push(at)
    if (!isBlank) {
      const length = isEscaped ? 2 : 1
      if (source[at + length - 1] !== letter) return undefined
      at += length
    }
    ends.push(at)
  }
  return { starts, ends }
}
