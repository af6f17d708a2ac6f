import type { Json } from '../../source/json.ts'

/** The value, frozen all the way down. It nests as little as the values of flows do. */
export function frozen(value: Json): Json {
  if (typeof value !== 'object' || value === null) return value
  for (const part of Object.values<Json>(value)) frozen(part)
  return Object.freeze(value)
}
