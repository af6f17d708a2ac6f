import type { Work } from './work.ts'

/** Comparisons of letters up to which the engine's own search, which is fast but for hostile texts, is let loose. */
const FEW_COMPARISONS = 1_000_000

/** Whether a text contains a piece. Takes linear time for any two texts. */
export function contains(text: string, piece: string, work: Work): boolean {
  work.read(text.length + piece.length)
  if (piece.length > text.length) return false
  if (piece.length < 8 || text.length * piece.length < FEW_COMPARISONS) return text.includes(piece)
  // Knuth, Morris and Pratt: how much of the piece's beginning ends at each of its letters.
  work.read(text.length + piece.length)
  const overlap = new Int32Array(piece.length)
  for (let at = 1, length = 0; at < piece.length; at++) {
    while (length > 0 && piece.charCodeAt(at) !== piece.charCodeAt(length)) length = overlap[length - 1] ?? 0
    if (piece.charCodeAt(at) === piece.charCodeAt(length)) length++
    overlap[at] = length
  }
  for (let at = 0, length = 0; at < text.length; at++) {
    while (length > 0 && text.charCodeAt(at) !== piece.charCodeAt(length)) length = overlap[length - 1] ?? 0
    if (text.charCodeAt(at) === piece.charCodeAt(length)) length++
    if (length === piece.length) return true
  }
  return false
}

/** How many characters a text has; one beyond U+FFFF counts once. */
export function characterCount(text: string, work: Work): number {
  work.read(text.length)
  let pairs = 0
  for (let at = 1; at < text.length; at++) {
    const isLow = (text.charCodeAt(at) & 0xfc00) === 0xdc00
    if (isLow && (text.charCodeAt(at - 1) & 0xfc00) === 0xd800) {
      pairs++
      at++
    }
  }
  return text.length - pairs
}

const ascii = /^[\0-\x7f]*$/

/** The letters A to Z made small, and no others. */
export function lowerAscii(text: string, work: Work): string {
  work.read(2 * text.length)
  if (ascii.test(text)) return text.toLowerCase()
  work.read(6 * text.length)
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

/** The letters a to z made large, and no others. */
export function upperAscii(text: string, work: Work): string {
  work.read(2 * text.length)
  if (ascii.test(text)) return text.toUpperCase()
  work.read(6 * text.length)
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}
