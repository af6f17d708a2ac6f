/**
 * What is known of a value before a run. It comes from the schema of an input, from what a step builds, or from what
 * gives the value: whatever gives values later on (structured answers, functions) has only to say one of these.
 * `unknown` takes every path and every formatter.
 */
export type ValueType =
  | { readonly kind: 'unknown' | 'text' | 'number' | 'boolean' | 'nothing' }
  | ListType
  | ObjectType
  /** One of several, none twice; at most one list and one object. */
  | { readonly kind: 'either'; readonly options: readonly ValueType[] }

export interface ListType {
  readonly kind: 'list'
  /** Types of the first items, where each has its own. */
  readonly first: readonly ValueType[]
  /** Type of all others. */
  readonly items: ValueType
  /** How many there are at least; undefined when nothing is said, and then an index is taken as it is. */
  readonly atLeast: number | undefined
  readonly atMost: number
}

export interface ObjectType {
  readonly kind: 'object'
  readonly entries: ReadonlyMap<string, ValueType>
  /** Keys that are there for certain. */
  readonly required: ReadonlySet<string>
  /** Keys beyond the entries: there are none, there may be some, or nothing is said of keys at all. */
  readonly others: 'none' | 'perhaps' | 'unknown'
}

export const unknownType: ValueType = { kind: 'unknown' }
export const textType: ValueType = { kind: 'text' }
export const numberType: ValueType = { kind: 'number' }

/** A list of values of one type. */
export function listOf(items: ValueType, atLeast?: number, atMost = Infinity): ListType {
  return { kind: 'list', first: [], items, atLeast, atMost }
}

/** An object that has these keys and no others. */
export function exactly(entries: ReadonlyMap<string, ValueType>): ObjectType {
  return { kind: 'object', entries, required: new Set(entries.keys()), others: 'none' }
}

/** One step of a path: whether it leads to a value, and to which type. */
export interface Entry {
  readonly exists: 'always' | 'perhaps' | 'never'
  readonly type: ValueType
}

const never: Entry = { exists: 'never', type: unknownType }

/** The entry of a value that a key or an index leads to. */
export function entryOf(type: ValueType, part: string | number): Entry {
  switch (type.kind) {
    case 'unknown':
      return { exists: 'always', type: unknownType }
    case 'list':
      return typeof part === 'number' ? itemAt(type, part) : never
    case 'object':
      return typeof part === 'string' ? entryAt(type, part) : never
    case 'either': {
      const entries = type.options.map((option) => entryOf(option, part))
      const there = entries.filter(({ exists }) => exists !== 'never')
      if (there.length === 0) return never
      const isCertain = entries.every(({ exists }) => exists === 'always')
      return { exists: isCertain ? 'always' : 'perhaps', type: either(there.map((entry) => entry.type)) }
    }
    default:
      return never
  }
}

function itemAt({ first, items, atLeast, atMost }: ListType, index: number): Entry {
  if (index >= atMost) return never
  const isCertain = atLeast === undefined || index < atLeast
  return { exists: isCertain ? 'always' : 'perhaps', type: first[index] ?? items }
}

function entryAt({ entries, required, others }: ObjectType, key: string): Entry {
  const type = entries.get(key)
  if (type === undefined && others === 'none') return never
  const isCertain = required.has(key) || (type === undefined && others === 'unknown')
  return { exists: isCertain ? 'always' : 'perhaps', type: type ?? unknownType }
}

/** Entries looked at to join two types; what lies deeper or further is unknown. A flow could make it go on for ever. */
const MOST_JOINED = 1000
const DEEPEST_JOINED = 16

/** The type of a value that may have any of these types. */
export function either(types: readonly ValueType[]): ValueType {
  return join(types, { left: MOST_JOINED }, 0)
}

function join(types: readonly ValueType[], budget: { left: number }, depth: number): ValueType {
  const options = new Set(types.flatMap((type) => (type.kind === 'either' ? type.options : [type])))
  const [only, second] = options
  if (only === undefined) return unknownType
  if (second === undefined) return only
  if (depth > DEEPEST_JOINED || (budget.left -= options.size) < 0) return unknownType
  const plain = new Map<ValueType['kind'], ValueType>()
  const lists: ListType[] = []
  const objects: ObjectType[] = []
  for (const option of options) {
    if (option.kind === 'unknown') return unknownType
    if (option.kind === 'list') lists.push(option)
    else if (option.kind === 'object') objects.push(option)
    else plain.set(option.kind, option)
  }
  const inner = (parts: readonly ValueType[]): ValueType => join(parts, budget, depth + 1)
  const joined: readonly ValueType[] = [
    ...plain.values(),
    ...(lists.length === 0 ? [] : [joinLists(lists, inner)]),
    ...(objects.length === 0 ? [] : [joinObjects(objects, inner)]),
  ]
  const [first, another] = joined
  return first !== undefined && another === undefined ? first : { kind: 'either', options: joined }
}

type Join = (types: readonly ValueType[]) => ValueType

function joinLists(lists: readonly ListType[], inner: Join): ListType {
  const [only, second] = lists
  if (only !== undefined && second === undefined) return only
  const atLeast = lists.map((list) => list.atLeast ?? Infinity).reduce((a, b) => Math.min(a, b))
  return {
    kind: 'list',
    first: [],
    items: inner(
      lists.flatMap(({ first, items, atMost }) => (atMost > first.length ? [...first, items] : first)),
    ),
    atLeast: atLeast === Infinity ? undefined : atLeast,
    atMost: Math.max(...lists.map(({ atMost }) => atMost)),
  }
}

function joinObjects(objects: readonly ObjectType[], inner: Join): ObjectType {
  const [only, second] = objects
  if (only !== undefined && second === undefined) return only
  const keys = new Set(objects.flatMap(({ entries }) => [...entries.keys()]))
  const entries = new Map<string, ValueType>()
  for (const key of keys) {
    const found = objects.map((object) => entryAt(object, key)).filter(({ exists }) => exists !== 'never')
    entries.set(key, inner(found.map(({ type }) => type)))
  }
  const certain = [...keys].filter((key) => objects.every((one) => entryAt(one, key).exists === 'always'))
  const others = (['unknown', 'perhaps', 'none'] as const).find((one) =>
    objects.some((object) => object.others === one),
  )
  return { kind: 'object', entries, required: new Set(certain), others: others ?? 'none' }
}

/** Whether a value of the type can be a list. */
export function canBeList(type: ValueType): boolean {
  return type.kind === 'either'
    ? type.options.some(canBeList)
    : type.kind === 'list' || type.kind === 'unknown'
}

/** Whether a value of the type can be one of another type; of lists and objects, whether it is one at all. */
export function canBe(type: ValueType, other: ValueType): boolean {
  if (type.kind === 'unknown' || other.kind === 'unknown') return true
  if (type.kind === 'either') return type.options.some((option) => canBe(option, other))
  if (other.kind === 'either') return other.options.some((option) => canBe(type, option))
  return type.kind === other.kind
}

const words = {
  unknown: 'any value',
  text: 'text',
  number: 'a number',
  boolean: 'true or false',
  nothing: 'null',
  list: 'a list',
  object: 'an object',
} as const

/** The type in words: `text`, `a list of texts`, `text or an object`. */
export function describeType(type: ValueType): string {
  if (type.kind === 'either') return type.options.map(describeType).join(' or ')
  if (type.kind === 'list' && type.first.length === 0 && type.items.kind === 'text') return 'a list of texts'
  return words[type.kind]
}
