import { runInNewContext } from 'node:vm'

type Schema = Readonly<Record<string, unknown>>

/**
 * What keeps a value from fitting a schema, as the end of a sentence ("must be a whole number"), or undefined when it
 * fits. The schema is one that `schemas/flow.schema.json` allows for an input; its keywords mean what JSON Schema
 * says they do. An inner place is named: "at [2].id must be text".
 */
export function valueProblem(value: unknown, schema: Schema): string | undefined {
  return check(value, schema, '')
}

function check(value: unknown, schema: Schema, path: string): string | undefined {
  const problem =
    typeProblem(value, schema) ??
    choiceProblem(value, schema) ??
    textProblem(value, schema) ??
    numberProblem(value, schema)
  if (problem !== undefined) return path === '' ? problem : `at ${path} ${problem}`
  if (Array.isArray(value)) return listProblem(value, schema, path)
  return isObject(value) ? objectProblem(value, schema, path) : undefined
}

const typeTests: Readonly<
  Record<string, { readonly words: string; readonly test: (value: unknown) => boolean }>
> = {
  string: { words: 'text', test: (value) => typeof value === 'string' },
  number: { words: 'a number', test: (value) => typeof value === 'number' },
  integer: { words: 'a whole number', test: (value) => Number.isInteger(value) },
  boolean: { words: 'true or false', test: (value) => typeof value === 'boolean' },
  array: { words: 'a list', test: Array.isArray },
  object: { words: 'an object', test: isObject },
}

function typeProblem(value: unknown, schema: Schema): string | undefined {
  const type = typeTests[String(schema['type'])]
  return type === undefined || type.test(value) ? undefined : `must be ${type.words}, not ${shown(value)}`
}

function choiceProblem(value: unknown, schema: Schema): string | undefined {
  const { enum: choices, const: only } = schema
  if (Array.isArray(choices) && !choices.some((choice) => same(choice, value))) {
    return `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}, not ${shown(value)}`
  }
  return only !== undefined && !same(only, value)
    ? `must be ${JSON.stringify(only)}, not ${shown(value)}`
    : undefined
}

function textProblem(value: unknown, schema: Schema): string | undefined {
  if (typeof value !== 'string') return undefined
  const { minLength, maxLength, pattern } = schema
  const length = typeof minLength === 'number' || typeof maxLength === 'number' ? Array.from(value).length : 0
  if (typeof minLength === 'number' && length < minLength) {
    return minLength === 1
      ? 'must not be empty'
      : `must have at least ${minLength} characters, and has ${length}`
  }
  if (typeof maxLength === 'number' && length > maxLength)
    return `must have at most ${maxLength} characters, and has ${length}`
  return typeof pattern === 'string' ? patternProblem(value, pattern) : undefined
}

/** A pattern comes with the flow and may be made to take forever; it gets a moment and no longer. */
function patternProblem(value: string, pattern: string): string | undefined {
  try {
    const matches: unknown = runInNewContext(
      'new RegExp(pattern, "u").test(value)',
      { pattern, value },
      { timeout: 200 },
    )
    return matches === true ? undefined : `must match ${pattern}`
  } catch (error) {
    const invalid = error instanceof Error && error.name === 'SyntaxError'
    return invalid
      ? `has a pattern that is no regular expression: ${pattern}`
      : `could not be matched against ${pattern} in time`
  }
}

function numberProblem(value: unknown, schema: Schema): string | undefined {
  if (typeof value !== 'number') return undefined
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema
  if (typeof minimum === 'number' && value < minimum) return `must be at least ${minimum}, not ${value}`
  if (typeof maximum === 'number' && value > maximum) return `must be at most ${maximum}, not ${value}`
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum)
    return `must be greater than ${exclusiveMinimum}, not ${value}`
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum)
    return `must be less than ${exclusiveMaximum}, not ${value}`
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf))
    return `must be a multiple of ${multipleOf}, not ${value}`
  return undefined
}

function listProblem(value: readonly unknown[], schema: Schema, path: string): string | undefined {
  const { minItems, maxItems, items } = schema
  const at = path === '' ? '' : `at ${path} `
  if (typeof minItems === 'number' && value.length < minItems)
    return `${at}must have at least ${minItems} items, and has ${value.length}`
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `${at}must have at most ${maxItems} items, and has ${value.length}`
  if (!isObject(items)) return undefined
  for (const [index, item] of value.entries()) {
    const problem = check(item, items, `${path}[${index}]`)
    if (problem !== undefined) return problem
  }
  return undefined
}

function objectProblem(value: Schema, schema: Schema, path: string): string | undefined {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const at = path === '' ? '' : `at ${path} `
  for (const key of Array.isArray(schema['required']) ? schema['required'] : []) {
    if (typeof key === 'string' && !Object.hasOwn(value, key)) return `${at}lacks "${key}"`
  }
  for (const [key, entry] of Object.entries(value)) {
    const expected = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (expected === undefined && schema['additionalProperties'] === false) return `${at}has no "${key}"`
    const problem = isObject(expected)
      ? check(entry, expected, path === '' ? key : `${path}.${key}`)
      : undefined
    if (problem !== undefined) return problem
  }
  return undefined
}

function isObject(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Equal as JSON: neither prototypes nor the order of keys count. */
function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => same(item, b[index]))
  if (!isObject(a) || !isObject(b)) return a === b
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 60)}…` : text
}
