import type { Guesses } from '../diagnostics/closest.ts'
import { isPath, type Binary, type Expression } from '../expression/expression.ts'
import { describeType, type ValueType } from './value-type.ts'

/** How two values of different types can be compared; undefined when nothing can be said. */
export function comparisonHelp(
  { left, right, operator }: Binary,
  types: {
    readonly left: ValueType
    readonly right: ValueType
    /** A part of the condition as it is written. */
    readonly shown: (node: Expression) => string
  },
): string | undefined {
  const { shown } = types
  if (types.left.kind === 'text' && types.right.kind === 'number') {
    return left.kind === 'literal'
      ? `write the number without quotes, or string(${shown(right)})`
      : `if it holds a number write double(${shown(left)}) ${operator} ${shown(right)}`
  }
  if (types.left.kind === 'number' && types.right.kind === 'text') {
    return right.kind === 'literal'
      ? `write the number without quotes, or string(${shown(left)})`
      : `if it holds a number write ${shown(left)} ${operator} double(${shown(right)})`
  }
  return types.right.kind === 'nothing' && isPath(left) && left.kind !== 'variable'
    ? `to ask whether it is there write has(${shown(left)})`
    : undefined
}

/** Why a value has no such part. */
export function noPart(type: ValueType, what: string): string {
  return type.kind === 'object' ? `has no ${what}` : `is ${describeType(type)}, which has no ${what}`
}

/** What to write for a part that a value does not have. */
export function partHelp(
  type: ValueType,
  key: string | number,
  { before, guesses }: { readonly before: string; readonly guesses: Guesses },
): string {
  if (type.kind === 'object') {
    const guess = guesses.closest(String(key), type.entries.keys())
    if (guess !== undefined) return `did you mean ${before}.${guess}?`
    const keys = [...type.entries.keys()].slice(0, 12)
    if (keys.length > 0) return `its keys are ${keys.join(', ')}`
  }
  if (key === 'length' || key === 'size' || key === 'count') return `write size(${before})`
  if (type.kind === 'list')
    return typeof key === 'number' ? 'items are counted from 0' : `take one of its items first: ${before}[0]`
  return `write ${before}`
}
