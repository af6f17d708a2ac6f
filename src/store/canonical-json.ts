import { createHash } from 'node:crypto'
import type { Json } from '../source/json.ts'

/**
 * The one text of a JSON value: keys sorted by their UTF-16 units, no spaces, numbers as JavaScript writes them, which is
 * exact (RFC 8785). Throws `RangeError` for a number that JSON does not have. The value nests as little as those of a flow do.
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} is not in JSON`)
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  if (isList(value)) return `[${value.map(canonicalJson).join()}]`
  const members = Object.keys(value)
    .toSorted((a, b) => (a < b ? -1 : 1))
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`)
  return `{${members.join()}}`
}

/** Part of every key: another number makes all older answers unknown. */
const KEY_VERSION = 1

/** The key of what an answer depends on: SHA-256 in hexadecimal over the canonical JSON of its parts. */
export function contentKey(parts: Json): string {
  return createHash('sha256')
    .update(`llmflows ${KEY_VERSION}\n${canonicalJson(parts)}`)
    .digest('hex')
}

/** `Array.isArray` for lists that cannot be written to. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
