import { either, listOf, unknownType, type ListType, type ObjectType, type ValueType } from './value-type.ts'

/** Any list, and any object. */
export const anyList: ListType = listOf(unknownType)
export const anyObject: ObjectType = {
  kind: 'object',
  entries: new Map(),
  required: new Set(),
  others: 'unknown',
}

/** The types that a value may have, one by one. */
export function optionsOf(type: ValueType): readonly ValueType[] {
  return type.kind === 'either' ? type.options : [type]
}

/** The type of the items of a list, all together. */
export function itemType({ first, items, atMost }: Extract<ValueType, { kind: 'list' }>): ValueType {
  return either(atMost > first.length ? [...first, items] : first)
}

/** The type of some part of a value, nobody knows which. */
export function partType(type: ValueType): ValueType {
  return either(optionsOf(type).map((option) => (option.kind === 'list' ? itemType(option) : unknownType)))
}
