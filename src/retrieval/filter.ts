import type { Json } from '../source/json.ts'
import { isMetadataName, type MetadataValue } from './metadata.ts'

/**
 * What entries must have to be found; all conditions hold at once. An entry without the name, or with a value of another
 * type under it, does not match: the text "1" is not the number 1.
 */
export type Filter = readonly Condition[]

export type Condition =
  | { readonly name: string; readonly kind: 'one-of'; readonly values: readonly MetadataValue[] }
  | { readonly name: string; readonly kind: 'compare'; readonly bounds: readonly Bound[] }

export interface Bound {
  readonly operator: Operator
  readonly number: number
}

export type Operator = 'gt' | 'gte' | 'lt' | 'lte'

const OPERATORS: readonly Operator[] = ['gt', 'gte', 'lt', 'lte']
const MAX_CONDITIONS = 16
const MAX_VALUES = 100

/** How filters are written, for messages. */
export const filterHelp =
  'write it like { lang: en, kind: { in: [guide, reference] }, year: { gte: 2020, lt: 2024 } }'

/**
 * Reads a filter: `name: value`, `name: { in: [values] }`, or `name: { gt, gte, lt, lte: number }`. Gives what is wrong
 * with it, as the end of a sentence, when it is none.
 */
export function readFilter(value: Json): Filter | { readonly problem: string } {
  if (!isMapping(value)) return { problem: 'must be a mapping' }
  const entries = Object.entries(value)
  if (entries.length > MAX_CONDITIONS) return { problem: `has more than ${MAX_CONDITIONS} conditions` }
  const conditions: Condition[] = []
  for (const [name, wanted] of entries) {
    if (!isMetadataName(name)) {
      return { problem: `has ${JSON.stringify(name.slice(0, 80))}, which no metadata can be called` }
    }
    const condition = readCondition(name, wanted)
    if ('problem' in condition) return condition
    conditions.push(condition)
  }
  return conditions
}

function readCondition(name: string, wanted: Json): Condition | { readonly problem: string } {
  if (isValue(wanted)) return { name, kind: 'one-of', values: [wanted] }
  if (!isMapping(wanted)) return { problem: `has neither a value nor a comparison under "${name}"` }
  const keys = Object.keys(wanted)
  const list = wanted['in']
  if (list !== undefined && keys.length === 1) {
    return Array.isArray(list) && list.length > 0 && list.length <= MAX_VALUES && list.every(isValue)
      ? { name, kind: 'one-of', values: list }
      : { problem: `has something else than a list of 1 to ${MAX_VALUES} values in "in" of "${name}"` }
  }
  const bounds: Bound[] = []
  for (const key of keys) {
    const operator = OPERATORS.find((each) => each === key)
    const number = wanted[key]
    if (operator === undefined) {
      return { problem: `compares "${name}" by "${key.slice(0, 80)}"; there are in, gt, gte, lt and lte` }
    }
    if (typeof number !== 'number' || !Number.isFinite(number)) {
      return { problem: `compares "${name}" with something else than a number` }
    }
    bounds.push({ operator, number })
  }
  if (bounds.length === 0) return { problem: `has an empty comparison under "${name}"` }
  return { name, kind: 'compare', bounds }
}

function isMapping(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isValue(value: Json): value is MetadataValue {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
