import { inTime, Patterns } from './patterns.ts'
import { canonical, same, shown } from './same-value.ts'
import { resolveRef, subschemas, type JsonSchema } from './json-schema.ts'

/**
 * What keeps a value from fitting a schema, as the end of a sentence ("must be a whole number"), or undefined when it
 * fits. The schema is one that `schemas/flow.schema.json` allows; its keywords mean what JSON Schema says they do. An
 * inner place is named: "at [2].id must be text".
 */
export function valueProblem(value: unknown, schema: JsonSchema): string | undefined {
  return valueProblems(value, schema, 1)[0]
}

/** The first so many things that keep a value from fitting a schema, each as `valueProblem` says it. */
export function valueProblems(value: unknown, schema: JsonSchema, most: number): readonly string[] {
  const check: Check = { root: schema, patterns: new Patterns(), most, found: [] }
  const work = (): void => checkValue(value, schema, '', check)
  if (!mayTakeLong(schema)) work()
  else if (!inTime(work)) return [said(check.patterns.overrun)]
  return check.found.map(said)
}

/** Of one thing that is wrong; texts and choices in it may be long. */
const MOST_SAID = 500

function said({ path, what }: Problem): string {
  const text = at(path) + what
  return text.length > MOST_SAID ? `${text.slice(0, MOST_SAID)}…` : text
}

interface Problem {
  /** Of the part that does not fit, such as `[2].id`. */
  readonly path: string
  readonly what: string
}

/** A check, with what it has found. */
interface Check {
  readonly root: JsonSchema
  readonly patterns: Patterns
  readonly most: number
  readonly found: Problem[]
}

function checkValue(value: unknown, schema: JsonSchema, path: string, check: Check): void {
  if (check.found.length >= check.most) return
  const what =
    typeProblem(value, schema) ??
    choiceProblem(value, schema) ??
    textProblem(value, schema, path, check.patterns) ??
    numberProblem(value, schema)
  if (what !== undefined) {
    check.found.push({ path, what })
    return
  }
  if (Array.isArray(value)) checkList(value, schema, path, check)
  else if (isObject(value)) checkObject(value, schema, path, check)
  checkCombined(value, schema, path, check)
}

function at(path: string): string {
  return path === '' ? '' : `at ${path} `
}

/** Whether a schema has a pattern, or choices, which in each other may take for ever. */
function mayTakeLong(schema: JsonSchema): boolean {
  const { pattern, anyOf, oneOf } = schema
  if (typeof pattern === 'string' || anyOf !== undefined || oneOf !== undefined) return true
  return subschemas(schema).some((part) => mayTakeLong(part.schema))
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
  null: { words: 'null', test: (value) => value === null },
}

function typeProblem(value: unknown, { type }: JsonSchema): string | undefined {
  if (type === undefined) return undefined
  const names: readonly unknown[] = Array.isArray(type) ? type : [type]
  const tests = names.flatMap((name) => (typeof name === 'string' ? (typeTests[name] ?? []) : []))
  if (tests.length === 0 || tests.some(({ test }) => test(value))) return undefined
  return `must be ${tests.map(({ words }) => words).join(' or ')}, not ${shown(value)}`
}

function choiceProblem(value: unknown, schema: JsonSchema): string | undefined {
  const { enum: choices, const: only } = schema
  if (Array.isArray(choices) && !choices.some((choice) => same(choice, value))) {
    return `must be one of ${choices.map((choice) => JSON.stringify(choice)).join(', ')}, not ${shown(value)}`
  }
  return only !== undefined && !same(only, value)
    ? `must be ${JSON.stringify(only)}, not ${shown(value)}`
    : undefined
}

function textProblem(
  value: unknown,
  schema: JsonSchema,
  path: string,
  patterns: Patterns,
): string | undefined {
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

function numberProblem(value: unknown, schema: JsonSchema): string | undefined {
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

function checkList(value: readonly unknown[], schema: JsonSchema, path: string, check: Check): void {
  const { minItems, maxItems, uniqueItems, items } = schema
  const count = value.length
  if (typeof minItems === 'number' && count < minItems)
    check.found.push({ path, what: `must have at least ${minItems} items, and has ${count}` })
  else if (typeof maxItems === 'number' && count > maxItems)
    check.found.push({ path, what: `must have at most ${maxItems} items, and has ${count}` })
  else if (uniqueItems === true) {
    const twice = repeated(value)
    if (twice !== undefined)
      check.found.push({ path, what: `must have no item twice, and has ${shown(twice)} twice` })
  }
  if (!isObject(items)) return
  for (const [index, item] of value.entries()) checkValue(item, items, `${path}[${index}]`, check)
}

/** The first item that stands in a list again. */
function repeated(value: readonly unknown[]): unknown {
  const seen = new Set<string>()
  return value.find((item) => {
    const key = canonical(item)
    if (seen.has(key)) return true
    seen.add(key)
    return false
  })
}

function checkObject(value: JsonSchema, schema: JsonSchema, path: string, check: Check): void {
  const { required, minProperties, maxProperties, additionalProperties: others } = schema
  const properties = isObject(schema['properties']) ? schema['properties'] : {}
  const add = (what: string): void =>
    void (check.found.length < check.most && check.found.push({ path, what }))
  for (const key of Array.isArray(required) ? required : []) {
    if (typeof key === 'string' && !Object.hasOwn(value, key)) add(`lacks "${key}"`)
  }
  const entries = Object.entries(value)
  if (typeof minProperties === 'number' && entries.length < minProperties)
    add(`must have at least ${minProperties} keys, and has ${entries.length}`)
  if (typeof maxProperties === 'number' && entries.length > maxProperties)
    add(`must have at most ${maxProperties} keys, and has ${entries.length}`)
  for (const [key, entry] of entries) {
    const expected = Object.hasOwn(properties, key) ? properties[key] : others
    if (expected === false) add(`has no "${key}"`)
    if (isObject(expected)) checkValue(entry, expected, path === '' ? key : `${path}.${key}`, check)
  }
}

function checkCombined(value: unknown, schema: JsonSchema, path: string, check: Check): void {
  const { $ref, allOf, anyOf, oneOf } = schema
  const target = typeof $ref === 'string' ? resolveRef(check.root, $ref) : undefined
  if (target !== undefined) checkValue(value, target, path, check)
  for (const part of optionsOf(allOf)) checkValue(value, part, path, check)
  for (const [options, isSingle] of [
    [optionsOf(anyOf), false],
    [optionsOf(oneOf), true],
  ] as const) {
    if (options.length === 0) continue
    const misfits = options.flatMap((option) => {
      const inner: Check = { ...check, most: 1, found: [] }
      checkValue(value, option, path, inner)
      return inner.found.slice(0, 1)
    })
    const fits = options.length - misfits.length
    if (check.found.length >= check.most || fits === 1 || (fits > 1 && !isSingle)) continue
    check.found.push({
      path,
      what: fits > 1 ? `fits ${fits} of the schemas of "oneOf"` : either(misfits, path),
    })
  }
}

function optionsOf(list: unknown): readonly JsonSchema[] {
  return Array.isArray(list) ? list.filter(isObject) : []
}

/** Why a value fits none of several schemas. One that it comes close to has its mistake deeper inside. */
function either(misfits: readonly Problem[], path: string): string {
  const inside = misfits.filter((misfit) => misfit.path.length > path.length)
  const reasons = (inside.length === 1 ? inside : misfits).map(
    (misfit) => at(misfit.path.slice(path.length).replace(/^\./, '')) + misfit.what,
  )
  return [...new Set(reasons)].join(', or ').slice(0, MOST_SAID)
}

function isObject(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
