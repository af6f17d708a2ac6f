import { resolveRef, type JsonSchema } from '../../flow/json-schema.ts'
import type { Json } from '../../source/json.ts'

/** Levels to which a value is made up; a schema may mean itself. */
const DEEPEST = 12
/** Items of a list that may have as many as it likes. */
const SOME = 2

/**
 * A value that fits a schema, so that a flow can be tried without a model that writes JSON. It says nothing: texts are the
 * names of their keys. Patterns and choices that exclude each other are beyond it.
 */
export function madeUp(root: JsonSchema): Json {
  return valueFor(root, { root, name: 'text', depth: 0 })
}

interface Place {
  readonly root: JsonSchema
  /** Of the key or the list that the value stands in. */
  readonly name: string
  readonly depth: number
}

function valueFor(schema: JsonSchema, place: Place): Json {
  const { $ref: ref, const: only, enum: words, default: fallback } = schema
  if (typeof ref === 'string') {
    const meant = resolveRef(place.root, ref)
    return meant === undefined || place.depth > DEEPEST
      ? null
      : valueFor(meant, { ...place, depth: place.depth + 1 })
  }
  if (only !== undefined) return only as Json
  if (Array.isArray(words) && words.length > 0) return words[0] as Json
  if (fallback !== undefined) return fallback as Json
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const parts: unknown = schema[key]
    if (!Array.isArray(parts) || !isSchema(parts[0])) continue
    return valueFor({ ...schema, [key]: undefined, ...parts[0] }, place)
  }
  return ofType(typeOf(schema), schema, place)
}

function typeOf({ type, properties, items }: JsonSchema): unknown {
  if (Array.isArray(type)) return type[0]
  return type ?? (properties === undefined ? (items === undefined ? 'string' : 'array') : 'object')
}

function ofType(type: unknown, schema: JsonSchema, place: Place): Json {
  switch (type) {
    case 'object':
      return objectFor(schema, place)
    case 'array':
      return listFor(schema, place)
    case 'number':
    case 'integer':
      return numberFor(schema)
    case 'boolean':
      return true
    case 'null':
      return null
    default:
      return textFor(schema, place.name)
  }
}

/** All keys that are named, but deep down only those that must be there. */
function objectFor({ properties, required }: JsonSchema, place: Place): Json {
  const named = isSchema(properties) ? Object.entries(properties) : []
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  const entries = named.flatMap(([name, schema]): [string, Json][] => {
    if (!isSchema(schema) || (place.depth >= DEEPEST / 2 && !needed.includes(name))) return []
    return [[name, valueFor(schema, { ...place, name, depth: place.depth + 1 })]]
  })
  return Object.fromEntries(entries)
}

function listFor({ items, minItems, maxItems }: JsonSchema, place: Place): Json {
  const least = typeof minItems === 'number' ? minItems : 0
  const most = typeof maxItems === 'number' ? maxItems : Infinity
  const count = Math.max(least, place.depth >= DEEPEST / 2 ? 0 : Math.min(SOME, most))
  const schema = isSchema(items) ? items : {}
  return Array.from({ length: count }, (_, index) =>
    valueFor(schema, { ...place, name: `${place.name} ${index + 1}`, depth: place.depth + 1 }),
  )
}

function numberFor({ minimum, exclusiveMinimum, maximum, exclusiveMaximum, multipleOf }: JsonSchema): number {
  const step = typeof multipleOf === 'number' ? multipleOf : 1
  if (typeof minimum === 'number') return Math.ceil(minimum / step) * step
  if (typeof exclusiveMinimum === 'number') return (Math.floor(exclusiveMinimum / step) + 1) * step
  if (typeof maximum === 'number') return Math.min(step, Math.floor(maximum / step) * step)
  if (typeof exclusiveMaximum === 'number')
    return Math.min(step, (Math.ceil(exclusiveMaximum / step) - 1) * step)
  return step
}

function textFor({ minLength, maxLength }: JsonSchema, name: string): string {
  const text = name.replaceAll('_', ' ')
  const long = typeof minLength === 'number' ? text.padEnd(minLength, '.') : text
  return typeof maxLength === 'number' ? long.slice(0, maxLength) : long
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
