import type { Json } from '../source/json.ts'
import { extentOf, MAX_DEPTH } from '../template/extent.ts'

/** Characters of one input as indented JSON: more than a file that the command line reads may have. */
const MAX_INPUT_SIZE = 128 * 1024 * 1024

export type JsonCopy =
  | { readonly ok: true; readonly value: Json }
  /** The end of a sentence: "holds a date, which JSON cannot hold". */
  | { readonly ok: false; readonly problem: string }

/**
 * A frozen copy of a value from outside, or why it is no JSON. Parts that are shared stay shared, so that the copy is
 * never larger than the value. Properties that are undefined are left out, as `JSON.stringify` does.
 */
export function jsonCopy(value: unknown): JsonCopy {
  try {
    const copy = new Copier().copy(value, '', 0)
    const { size, depth } = extentOf(copy)
    if (depth > MAX_DEPTH) throw tooDeep()
    if (size > MAX_INPUT_SIZE) throw new NotJson('', `has more than ${MAX_INPUT_SIZE} characters as JSON`)
    return { ok: true, value: copy }
  } catch (error) {
    if (!(error instanceof NotJson)) throw error
    const { path, message } = error
    return { ok: false, problem: path === '' ? message : `at ${path.replace(/^\./, '')} ${message}` }
  }
}

class NotJson extends Error {
  readonly path: string

  constructor(path: string, message: string) {
    super(message)
    this.path = path.length > 80 ? `${path.slice(0, 80)}…` : path
  }
}

function tooDeep(): NotJson {
  return new NotJson('', `is nested more than ${MAX_DEPTH} levels deep`)
}

/** Copies one value. Its depth is bounded, so that it may recurse. */
class Copier {
  readonly #copies = new Map<object, Json>()
  readonly #open = new Set<object>()

  copy(value: unknown, path: string, depth: number): Json {
    if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value
    if (typeof value === 'number') return number(value, path)
    if (typeof value !== 'object') throw new NotJson(path, `holds ${nameOf(value)}, which JSON cannot hold`)
    const known = this.#copies.get(value)
    if (known !== undefined) return known
    if (this.#open.has(value)) throw new NotJson(path, 'holds itself')
    if (depth >= MAX_DEPTH) throw tooDeep()
    this.#open.add(value)
    const copy = Object.freeze(
      Array.isArray(value) ? this.#list(value, path, depth) : this.#object(value, path, depth),
    )
    this.#open.delete(value)
    this.#copies.set(value, copy)
    return copy
  }

  #list(value: readonly unknown[], path: string, depth: number): Json[] {
    const copy: Json[] = []
    for (const [index, item] of value.entries()) copy.push(this.copy(item, `${path}[${index}]`, depth + 1))
    return copy
  }

  #object(value: object, path: string, depth: number): Record<string, Json> {
    const prototype: unknown = Object.getPrototypeOf(value)
    // An object of another realm is as plain as one of this.
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null)
      throw new NotJson(path, `holds ${nameOf(value)}, which JSON cannot hold`)
    const entries: [string, Json][] = []
    for (const [key, item] of Object.entries(value) as [string, unknown][])
      if (item !== undefined) entries.push([key, this.copy(item, `${path}.${key}`, depth + 1)])
    // fromEntries defines own properties, `__proto__` included.
    return Object.fromEntries(entries)
  }
}

/** Numbers that JSON would write with digits that nobody has given are refused. */
function number(value: number, path: string): number {
  if (!Number.isFinite(value)) throw new NotJson(path, `holds ${value}, which JSON cannot hold`)
  if (Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21)
    throw new NotJson(path, `holds ${value}, a whole number too large to be exact`)
  return value
}

function nameOf(value: unknown): string {
  if (value === undefined) return 'undefined'
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`
  return `a ${value.constructor.name || 'value of a class'}`
}
