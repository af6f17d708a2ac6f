import { createContext, runInContext, type Context } from 'node:vm'

type Schema = Readonly<Record<string, unknown>>

/**
 * What keeps a value from fitting a schema, as the end of a sentence ("must be a whole number"), or undefined when it
 * fits. The schema is one that `schemas/flow.schema.json` allows for an input; its keywords mean what JSON Schema
 * says they do. An inner place is named: "at [2].id must be text".
 */
export function valueProblem(value: unknown, schema: Schema): string | undefined {
  const place: Place = { path: '', patterns: new Patterns() }
  if (!hasPattern(schema)) return check(value, schema, place)
  const checked = inTime(() => check(value, schema, place))
  return checked === undefined ? place.patterns.overrun : checked.problem
}

/** Where a check is. */
interface Place {
  /** Of the part that is looked at, such as `[2].id`. */
  readonly path: string
  readonly patterns: Patterns
}

function check(value: unknown, schema: Schema, place: Place): string | undefined {
  const problem =
    typeProblem(value, schema) ??
    choiceProblem(value, schema) ??
    textProblem(value, schema, place) ??
    numberProblem(value, schema)
  if (problem !== undefined) return at(place.path) + problem
  if (Array.isArray(value)) return listProblem(value, schema, place)
  return isObject(value) ? objectProblem(value, schema, place) : undefined
}

function at(path: string): string {
  return path === '' ? '' : `at ${path} `
}

/** Whether a schema, or one of a part of it, has a pattern. */
function hasPattern(schema: Schema): boolean {
  if (typeof schema['pattern'] === 'string') return true
  const { items, properties } = schema
  if (isObject(items) && hasPattern(items)) return true
  return isObject(properties) && Object.values(properties).some((part) => isObject(part) && hasPattern(part))
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

function textProblem(value: unknown, schema: Schema, { path, patterns }: Place): string | undefined {
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
  return typeof pattern === 'string' ? patterns.problem(value, pattern, path) : undefined
}

/** The patterns of one check, each compiled once; knows which one is being matched. */
class Patterns {
  readonly #compiled = new Map<string, RegExp | undefined>()
  #current: { readonly pattern: string; readonly path: string } | undefined

  /** What to say when a check was broken off. */
  get overrun(): string {
    if (this.#current === undefined) return 'could not be checked in time'
    const { pattern, path } = this.#current
    return `${at(path)}could not be matched against ${pattern} in time`
  }

  problem(value: string, pattern: string, path: string): string | undefined {
    const compiled = this.#compile(pattern)
    if (compiled === undefined) return `has a pattern that is no regular expression: ${pattern}`
    this.#current = { pattern, path }
    const matches = compiled.test(value)
    this.#current = undefined
    return matches ? undefined : `must match ${pattern}`
  }

  #compile(pattern: string): RegExp | undefined {
    if (this.#compiled.has(pattern)) return this.#compiled.get(pattern)
    const compiled = regExp(pattern)
    this.#compiled.set(pattern, compiled)
    return compiled
  }
}

function regExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return undefined
  }
}

/** A pattern comes with the flow and may be made to take for ever: all of a value gets this long together. */
const MATCHING_MS = 1000

const sandbox: { run: () => void } = { run() {} }
let context: Context | undefined

interface Checked {
  readonly problem: string | undefined
}

/** What a check finds; undefined when it was broken off. Only a script can be, with all that it calls. */
function inTime(find: () => string | undefined): Checked | undefined {
  let checked: Checked | undefined
  sandbox.run = () => {
    checked = { problem: find() }
  }
  context ??= createContext(sandbox)
  try {
    runInContext('run()', context, { timeout: MATCHING_MS })
  } catch (error) {
    // An error of the context's own realm.
    const isOverrun = typeof error === 'object' && error !== null && 'code' in error
    if (isOverrun && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined
    throw error
  } finally {
    sandbox.run = () => {}
  }
  return checked
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

function listProblem(
  value: readonly unknown[],
  schema: Schema,
  { path, patterns }: Place,
): string | undefined {
  const { minItems, maxItems, items } = schema
  if (typeof minItems === 'number' && value.length < minItems)
    return `${at(path)}must have at least ${minItems} items, and has ${value.length}`
  if (typeof maxItems === 'number' && value.length > maxItems)
    return `${at(path)}must have at most ${maxItems} items, and has ${value.length}`
  if (!isObject(items)) return undefined
  for (const [index, item] of value.entries()) {
    const problem = check(item, items, { path: `${path}[${index}]`, patterns })
    if (problem !== undefined) return problem
  }
  return undefined
}

function objectProblem(value: Schema, schema: Schema, { path, patterns }: Place): string | undefined {
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  for (const key of Array.isArray(schema['required']) ? schema['required'] : []) {
    if (typeof key === 'string' && !Object.hasOwn(value, key)) return `${at(path)}lacks "${key}"`
  }
  for (const [key, entry] of Object.entries(value)) {
    const expected = Object.hasOwn(properties, key) ? properties[key] : undefined
    if (expected === undefined && schema['additionalProperties'] === false)
      return `${at(path)}has no "${key}"`
    const problem = isObject(expected)
      ? check(entry, expected, { path: path === '' ? key : `${path}.${key}`, patterns })
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
