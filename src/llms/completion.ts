import { isObject, type JsonObject } from './json.ts'

/** Strings of a piece that name something; all others are pieces of a longer text. */
const NAMES = new Set([
  'id',
  'role',
  'type',
  'name',
  'object',
  'model',
  'finish_reason',
  'signature',
  // What Azure says of each piece: "safe", "low".
  'severity',
])

/** Pieces belong to one of the latest items of a list; a search through all would be quadratic. */
const NEAR_END = 64

/**
 * Puts the chunks of a stream together into the object that they stand for, unknown fields included. An answer that came
 * whole is a stream of one chunk.
 */
export class Completion {
  readonly #fields: Record<string, unknown> = {}
  readonly #choices = new Map<number, Record<string, unknown>>()

  add(chunk: JsonObject): void {
    for (const [name, value] of Object.entries(chunk)) {
      if (name === 'choices') this.#addChoices(value)
      else if (value !== null && name !== '__proto__') this.#fields[name] = copied(value)
    }
  }

  /** The object so far. */
  toObject(): JsonObject {
    const { object, ...fields } = this.#fields
    const choices = [...this.#choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice)
    return {
      ...fields,
      ...(typeof object === 'string' ? { object: object.replace(/\.chunk$/, '') } : {}),
      choices,
    }
  }

  #addChoices(value: unknown): void {
    if (!Array.isArray(value)) return
    for (const [place, item] of value.entries()) {
      if (!isObject(item)) continue
      const index = typeof item['index'] === 'number' ? item['index'] : place
      const { delta, ...rest } = item
      const choice = this.#choices.get(index) ?? { index }
      this.#choices.set(index, choice)
      merge(choice, rest)
      if (isObject(delta)) merge(choice, { message: delta })
    }
  }
}

/** Adds what a piece says to what the pieces before it said. */
function merge(target: Record<string, unknown>, piece: JsonObject): void {
  for (const [name, value] of Object.entries(piece)) {
    // From JSON it is an ordinary name, but assigning to it would change the prototype.
    if (name === '__proto__') continue
    target[name] = joined(name, Object.hasOwn(target, name) ? target[name] : undefined, value)
  }
}

/** Adds to lists and objects in place: they are this completion's own copies, and a stream has many pieces. */
function joined(name: string, before: unknown, value: unknown): unknown {
  if (before === undefined || before === null) return copied(value)
  if (value === null) return before
  if (typeof before === 'string' && typeof value === 'string') return NAMES.has(name) ? value : before + value
  if (Array.isArray(before) && Array.isArray(value)) {
    for (const item of value) addItem(before, item)
    return before
  }
  if (isObject(before) && isObject(value)) {
    merge(before, value)
    return before
  }
  return copied(value)
}

/** Tool calls and the like carry their place in the list; everything else is appended. */
function addItem(list: unknown[], item: unknown): void {
  const place = isObject(item) && typeof item['index'] === 'number' ? item['index'] : undefined
  const known =
    place === undefined ? undefined : list.slice(-NEAR_END).find((each) => indexOf(each) === place)
  if (isObject(known) && isObject(item)) merge(known, item)
  else list.push(copied(item))
}

function indexOf(item: unknown): unknown {
  return isObject(item) ? item['index'] : undefined
}

/** A copy that no later piece changes the original through, and that has no field called `__proto__` anywhere. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = {}
  merge(copy, value)
  return copy
}
