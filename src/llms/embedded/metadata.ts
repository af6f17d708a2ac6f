import type { Gguf, MetadataValue } from './gguf.ts'

/** Typed reading of what a model file says about itself; each function throws an Error that names the key. */

/** A whole number from 1 to `most`. */
export function countAt(gguf: Gguf, key: string, most: number): number {
  const value = numberAt(gguf, key)
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`"${key}" is ${value}, not a whole number from 1 to ${most}`)
  }
  return value
}

export function positiveAt(gguf: Gguf, key: string): number {
  const value = numberAt(gguf, key)
  if (!(value > 0 && value < Infinity)) throw new Error(`"${key}" is ${value}, not a positive number`)
  return value
}

/** The place of an entry in a list of `length` entries. */
export function indexAt(gguf: Gguf, key: string, length: number): number {
  const value = numberAt(gguf, key)
  if (!Number.isInteger(value) || value < 0 || value >= length) {
    throw new Error(`"${key}" is ${value}, not a place in a list of ${length}`)
  }
  return value
}

export function textAt(gguf: Gguf, key: string): string {
  const value = valueAt(gguf, key)
  if (typeof value !== 'string') throw new Error(`"${key}" is not a text`)
  return value
}

export function textsAt(gguf: Gguf, key: string): readonly string[] {
  return itemsAt(gguf, key).map((item) => {
    if (typeof item !== 'string') throw new Error(`"${key}" is not a list of texts`)
    return item
  })
}

export function numbersAt(gguf: Gguf, key: string): readonly number[] {
  return itemsAt(gguf, key).map((item) => {
    if (typeof item !== 'number') throw new Error(`"${key}" is not a list of numbers`)
    return item
  })
}

function numberAt(gguf: Gguf, key: string): number {
  const value = valueAt(gguf, key)
  if (typeof value !== 'number') throw new Error(`"${key}" is not a number`)
  return value
}

function itemsAt(gguf: Gguf, key: string): readonly MetadataValue[] {
  const value = valueAt(gguf, key)
  if (typeof value !== 'object') throw new Error(`"${key}" is not a list`)
  return value
}

function valueAt(gguf: Gguf, key: string): MetadataValue {
  const value = gguf.metadata.get(key)
  if (value === undefined) throw new Error(`"${key}" is missing`)
  return value
}
