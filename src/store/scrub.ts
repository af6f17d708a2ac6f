import type { Json } from '../source/json.ts'

/** A value with every text in it passed through a function, names included. */
export function scrub(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value)
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return (value as readonly Json[]).map((item) => scrub(item, redact))
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [redact(key), scrub(item, redact)]))
}
