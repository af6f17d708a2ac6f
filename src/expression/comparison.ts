import { isList, isNumber, isObject, type Value } from './value.ts'
import type { Work } from './work.ts'

/** Values that are nested deeper are not compared; no value of a run is. */
const DEEPEST_VALUE = 500

/** Whether two values are the same. Numbers count by their value, whole or not; keys of objects in any order. */
export function areEqual(left: Value, right: Value, work: Work, depth = 0): boolean {
  work.spend(1 + (depth > DEEPEST_VALUE ? Infinity : 0))
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false
    work.read(left.length)
    return left === right
  }
  // Numbers of both kinds compare by their exact values.
  // oxlint-disable-next-line eqeqeq
  if (isNumber(left) && isNumber(right)) return left == right
  if (isList(left) && isList(right)) {
    return (
      left.length === right.length &&
      left.every((item, position) => areEqual(item, right[position] ?? null, work, depth + 1))
    )
  }
  if (isObject(left) && isObject(right)) {
    const keys = Object.keys(left)
    work.spend(keys.length)
    return (
      keys.length === Object.keys(right).length &&
      keys.every(
        (key) =>
          Object.hasOwn(right, key) && areEqual(left[key] ?? null, right[key] ?? null, work, depth + 1),
      )
    )
  }
  return left === right
}

/** Less than 0, 0, or more, as the left text stands before, at or behind the right one: by code points. */
export function compareTexts(left: string, right: string, work: Work): number {
  const length = Math.min(left.length, right.length)
  work.read(length)
  let at = 0
  while (at < length && left.charCodeAt(at) === right.charCodeAt(at)) at++
  return at === length ? left.length - right.length : rank(left.charCodeAt(at)) - rank(right.charCodeAt(at))
}

/** Halves of characters beyond U+FFFF stand behind all others, which their numbers do not say. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
