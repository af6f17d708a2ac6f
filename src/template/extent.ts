import type { Json } from '../source/json.ts'
import { Unrenderable } from './unrenderable.ts'

/** The most characters that one value may have as JSON, indented as in a result; and the most that one text may have. */
export const MAX_SIZE = 8 * 1024 * 1024
/** The most levels of lists and objects in each other. Whoever walks a value may recurse that far. */
export const MAX_DEPTH = 128

/** How large a value is as indented JSON. Escaped characters count as one. */
export interface Extent {
  readonly size: number
  readonly lines: number
  /** Levels of lists and objects; 0 for a scalar. */
  readonly depth: number
}

/** Thrown for a value or a text that would be larger than any model takes, before it is made. */
export class ValueTooLarge extends Unrenderable {
  override readonly name = 'ValueTooLarge'
  override readonly code = 'value-too-large'
  override readonly help =
    'values that are put together from themselves double at every step; use parts of them'
}

/** A part may be used any number of times, and values are frozen: what is known of one holds for ever. */
const known = new WeakMap<object, Extent>()

/** Takes time in proportion to what has not been measured before. */
export function extentOf(value: Json): Extent {
  if (typeof value !== 'object' || value === null)
    return { size: typeof value === 'string' ? value.length + 2 : String(value).length, lines: 1, depth: 0 }
  const before = known.get(value)
  if (before !== undefined) return before
  let size = 2
  let lines = 2
  let depth = 0
  const add = (part: Json, keyLength: number): void => {
    const extent = extentOf(part)
    // Inside another value every line is indented by two more; a comma and a line break follow each part.
    size += extent.size + 2 * extent.lines + keyLength + 2
    lines += extent.lines
    depth = Math.max(depth, extent.depth)
  }
  if (Array.isArray(value)) for (const item of value as readonly Json[]) add(item, 0)
  else for (const [key, item] of Object.entries(value)) add(item, key.length + 4)
  const extent = { size, lines, depth: depth + 1 }
  if (Object.isFrozen(value)) known.set(value, extent)
  return extent
}

/** The value itself. Throws `ValueTooLarge`. */
export function bounded<T extends Json>(value: T): T {
  const { size, depth } = extentOf(value)
  if (size > MAX_SIZE) throw new ValueTooLarge(`the value has more than ${MAX_SIZE} characters as JSON`)
  if (depth > MAX_DEPTH) throw new ValueTooLarge(`the value is nested more than ${MAX_DEPTH} levels deep`)
  return value
}
