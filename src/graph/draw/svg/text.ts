import { visibleLine } from '../../../source/visible.ts'
import { width } from '../../../source/width.ts'

/**
 * How wide a text is at most, in pixels: reckoned with the widths of a wide sans-serif, since the one that a viewer has
 * is not known. Never too small for the fonts that systems come with.
 */
export function textWidth(text: string, fontSize: number, isBold = false): number {
  let ems = 0
  for (const sign of text) ems += emsOf(sign)
  return ems * fontSize * (isBold ? 1.1 : 1)
}

/** The text when it fits, otherwise as much of it as fits with `…` at the end. */
export function fitText(text: string, pixels: number, fontSize: number, isBold = false): string {
  if (textWidth(text, fontSize, isBold) <= pixels) return text
  let kept = ''
  for (const sign of text) {
    if (textWidth(`${kept}${sign}…`, fontSize, isBold) > pixels) break
    kept += sign
  }
  return `${kept.trimEnd()}…`
}

/** Text from outside as the content of an element or the value of an attribute in double quotes. */
export function xml(text: string): string {
  return visibleLine(text)
    .replaceAll(/[<>&"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replaceAll(/[\ufffe\uffff]/g, '\ufffd')
}

function emsOf(sign: string): number {
  if (/[ijlI.,:;'|!()[\]{} ]/.test(sign)) return 0.42
  if (/[mwMW%@]/.test(sign)) return 1
  if (/[A-Z&]/.test(sign)) return 0.79
  if (/[\x20-\x7e]/.test(sign)) return 0.65
  return width(sign) === 2 ? 1.1 : 0.9 * width(sign)
}
