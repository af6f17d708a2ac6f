import type { Json } from '../source/json.ts'

/** A value inside an evaluation: JSON, and whole numbers that CEL counts exactly. Numbers of JSON are doubles. */
export type Value = Json | bigint | readonly Value[]

/** What a value is, in words. */
export function describeValue(value: Value): string {
  if (typeof value === 'string') return 'text'
  if (typeof value === 'number' || typeof value === 'bigint') return 'a number'
  if (typeof value === 'boolean') return `${value}`
  if (value === null) return 'null'
  return Array.isArray(value) ? 'a list' : 'an object'
}

export function isNumber(value: Value): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint'
}

export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value)
}

export function isObject(value: Value): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
