/**
 * Columns that a text takes in a terminal: two for East Asian wide signs and emoji, none for combining marks, one
 * for the rest. Meant for text that has passed `visible`: a control character would count as one.
 */
export function width(text: string): number {
  if (plain.test(text)) return text.length
  let columns = 0
  for (const sign of text) columns += columnsOf(sign)
  return columns
}

/** The text when it fits into that many columns, otherwise as much of it as fits with `…` at the end. */
export function elide(text: string, columns: number): string {
  if (text.length <= columns && plain.test(text)) return text
  let used = 0
  let kept = 0 // where to cut so that the ellipsis fits
  let at = 0
  for (const sign of text) {
    used += columnsOf(sign)
    at += sign.length
    if (used < columns) kept = at
    if (used > columns) return columns < 1 ? '' : `${text.slice(0, kept)}…`
  }
  return text
}

/** Fills up with spaces on the right. */
export function padRight(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - width(text)))
}

const plain = /^[\x20-\x7e]*$/

const narrow = /[\u{1f1e6}-\u{1f1ff}]/u // halves of a flag: two of them take two columns
const none = /[\p{Mn}\p{Me}\p{Default_Ignorable_Code_Point}\u1160-\u11ff]/u
const wide =
  /[\p{Emoji_Presentation}\u1100-\u115f\u2329\u232a\u2630-\u2637\u268a-\u268f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe10-\ufe19\ufe30-\ufe6b\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18dff}\u{1aff0}-\u{1b2ff}\u{1d300}-\u{1d376}\u{1f200}-\u{1f265}\u{20000}-\u{3fffd}]/u

function columnsOf(sign: string): number {
  if (sign.length === 1 && sign < '\u0300') return 1
  if (none.test(sign)) return 0
  return wide.test(sign) && !narrow.test(sign) ? 2 : 1
}
