import type { Json } from './json.ts'
import { unseen } from './unseen.ts'

export interface JsonLayout {
  /** All on one line; otherwise indented by two spaces. */
  readonly compact: boolean
}

/**
 * One value as JSON, no newline at the end. Unseen characters and those that act on a terminal are escaped;
 * `JSON.parse` gives back every character.
 */
export function jsonText(value: Json | object, layout: JsonLayout): string {
  return escapeUnseen(layout.compact ? JSON.stringify(value) : JSON.stringify(value, null, 2))
}

const everyUnseen = new RegExp(unseen.source, 'gu')

function escapeUnseen(json: string): string {
  return unseen.test(json) ? json.replace(everyUnseen, escape) : json
}

function escape(sign: string): string {
  let escaped = ''
  for (let unit = 0; unit < sign.length; unit++) {
    escaped += `\\u${sign.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }
  return escaped
}
