import { isObject, type JsonObject } from './json.ts'

/** Strings of a piece that name something; all others are pieces of a longer text. */
const NAMES = new Set(['id', 'role', 'type', 'name', 'object', 'model', 'finish_reason', 'signature'])

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
    const choices = [...this.#choices].sort(([a], [b]) => a - b).map(([, choice]) => choice)
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
    if (name !== '__proto__') target[name] = joined(name, target[name], value)
  }
}

function joined(name: string, before: unknown, value: unknown): unknown {
  if (before === undefined || before === null) return copied(value)
  if (value === null) return before
  if (typeof before === 'string' && typeof value === 'string') return NAMES.has(name) ? value : before + value
  if (Array.isArray(before) && Array.isArray(value)) return joinedLists(before, value)
  if (isObject(before) && isObject(value)) {
    const both = { ...before }
    merge(both, value)
    return both
  }
  return value
}

/** Tool calls and the like carry their place in the list; everything else is appended. */
function joinedLists(before: readonly unknown[], pieces: readonly unknown[]): readonly unknown[] {
  const list = [...before]
  for (const piece of pieces) {
    const place = isObject(piece) && typeof piece['index'] === 'number' ? piece['index'] : undefined
    const at = place === undefined ? -1 : list.findIndex((item) => isObject(item) && item['index'] === place)
    if (at === -1) list.push(copied(piece))
    else list[at] = joined('', list[at], piece)
  }
  return list
}

/** A copy that no later piece changes the original through, and that has no field called `__proto__` anywhere. */
function copied(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copied)
  if (!isObject(value)) return value
  const copy: Record<string, unknown> = {}
  merge(copy, value)
  return copy
}
