import { unseen } from './unseen.ts'

/**
 * Text from outside, made harmless for a terminal or a log. Escape sequences are not parsed, since every parser of
 * them has gaps; each character they could be made of becomes a printable stand-in instead: `␛` for ESC and so on
 * for the C0 controls and DEL, `<U+202E>` for everything else that is unseen, lone surrogates included.
 * Newlines and tabs stay, CR LF becomes a newline. One linear pass; `visible(visible(text))` is `visible(text)`.
 */
export function visible(text: string): string {
  return harmful.test(text) ? text.replace(everyHarmful, standIn) : text
}

/** Like `visible`, for a place that has one line only: newlines and tabs become stand-ins as well. */
export function visibleLine(text: string): string {
  return visible(text).replace(/[\n\t]/g, standIn)
}

/** A text of at most `most` characters: of a longer one the middle is left out, since its end often says what to do. */
export function elided(text: string, most: number): string {
  if (text.length <= most) return text
  const end = Math.floor(most / 4)
  return `${text.slice(0, most - end - 1)}…${text.slice(-end)}`
}

const pattern = String.raw`\r\n|[\x00-\x08\x0b-\x1f\p{Cs}]|${unseen.source}`
const harmful = new RegExp(pattern, 'u')
const everyHarmful = new RegExp(pattern, 'gu')

/** Unicode has a picture of each C0 control, in the same order from here on. */
const controlPictures = 0x2400
const pictureOfDelete = '\u2421'

function standIn(found: string): string {
  if (found === '\r\n') return '\n'
  const code = found.codePointAt(0) ?? 0
  if (code < 0x20) return String.fromCodePoint(controlPictures + code)
  if (code === 0x7f) return pictureOfDelete
  return `<U+${code.toString(16).toUpperCase().padStart(4, '0')}>`
}
