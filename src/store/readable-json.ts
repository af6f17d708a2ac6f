import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'

/** Stands for a text of several lines: a change of one line is then a change of one line of the file. */
const LINES = '$lines'
/** Stands for an object that is by itself what one of these two names would mean. */
const PLAIN = '$plain'

/**
 * A value as JSON to be read and compared by people: indented, and a text of several lines as a list of its lines. Ends with
 * a newline. `readableValue` gives the value back, whatever is in it.
 */
export function readableJson(value: Json): string {
  return `${jsonText(spread(value), { compact: false })}\n`
}

/** The value of a readable text. Throws `SyntaxError` when it is no JSON. */
export function readableValue(text: string): Json {
  return joined(JSON.parse(text) as Json)
}

function spread(value: Json): Json {
  if (typeof value === 'string') return value.includes('\n') ? { [LINES]: value.split('\n') } : value
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(spread)
  const entries = Object.entries(value).map(([key, item]) => [key, spread(item)] as const)
  const object = Object.fromEntries(entries)
  const [only] = Object.keys(value)
  return entries.length === 1 && (only === LINES || only === PLAIN) ? { [PLAIN]: object } : object
}

function joined(value: Json): Json {
  if (value === null || typeof value !== 'object') return value
  if (isList(value)) return value.map(joined)
  const entries = Object.entries(value)
  const [only] = entries
  if (entries.length === 1 && only !== undefined) {
    const [key, item] = only
    if (key === LINES && isTexts(item)) return item.join('\n')
    if (key === PLAIN && item !== null && typeof item === 'object' && !isList(item)) return members(item)
  }
  return members(value)
}

function members(object: Readonly<Record<string, Json>>): Json {
  // fromEntries defines own properties, `__proto__` included.
  return Object.fromEntries(Object.entries(object).map(([key, item]) => [key, joined(item)]))
}

function isTexts(value: Json): value is readonly string[] {
  return isList(value) && value.every((item) => typeof item === 'string')
}

/** `Array.isArray` for lists that cannot be written to. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
