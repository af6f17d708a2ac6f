import type { ErrorObject } from 'ajv'
import { closest } from '../diagnostics/closest.ts'
import type { Code } from '../diagnostics/catalogue.ts'
import { describe, type Node } from '../document/node.ts'
import { typeHelp } from './type-help.ts'

/** As much of a JSON Schema as messages speak of. */
interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly required?: readonly string[]
  readonly description?: string
}

/** The schema that holds the keyword which failed. */
export function schemaAround({ parentSchema }: ErrorObject): Schema {
  return (parentSchema ?? {}) as Schema
}

interface Expectation {
  readonly code: Code
  /** Follows the name of what is wrong: `must be …`. */
  readonly message: string
  readonly help?: string
}

/** The value that does not fit, where it is, and the part of the schema that it does not fit. */
interface Misfit {
  readonly node: Node
  readonly path: readonly string[]
  readonly schema: Schema
}

const typeNames: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'a list',
  object: 'a mapping',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
}

/** What a failed keyword of the schema asks for, said about a value. */
export function expectation(error: ErrorObject, { node, path, schema }: Misfit): Expectation {
  const params: Readonly<Record<string, unknown>> = error.params
  const limit = String(params['limit'])
  const value = node.kind === 'scalar' ? `"${String(node.value)}"` : describe(node)
  switch (error.keyword) {
    case 'type': {
      const types = [params['type']].flat().map(String)
      const wanted = either(types.map((type) => typeNames[type] ?? type))
      const isFraction = types.includes('integer') && node.kind === 'scalar' && typeof node.value === 'number'
      const isNothing = node.kind === 'scalar' && node.value === null
      const message = `must be ${wanted}, but ${isNothing ? 'there is nothing' : `it is ${isFraction ? value.slice(1, -1) : describe(node)}`}`
      const help = typeHelp(types, node, path)
      return help === undefined ? { code: 'wrong-type', message } : { code: 'wrong-type', message, help }
    }
    case 'enum': {
      const allowed = [params['allowedValues']].flat().map(String)
      const guess = closest(value.slice(1, -1), allowed)
      const system = value === '"system"' && allowed.includes('assistant')
      const help = system
        ? 'write the system message as "system:" of the step'
        : guess === undefined
          ? `it is one of ${allowed.join(', ')}`
          : `did you mean "${guess}"?`
      return { code: 'unknown-value', message: `cannot be ${value}`, help }
    }
    case 'const': {
      const only = JSON.stringify(params['allowedValue'])
      const help = value === `"${only}"` ? 'remove the quotes' : `this llmflows knows format ${only}`
      return { code: 'unknown-value', message: `must be the number ${only}`, help }
    }
    case 'pattern': {
      const message = `cannot be ${value}`
      const help = patternHelp(String(node.kind === 'scalar' ? node.value : ''), path, schema)
      return help === undefined ? { code: 'bad-value', message } : { code: 'bad-value', message, help }
    }
    case 'minimum':
      return { code: 'out-of-range', message: `must be at least ${limit}` }
    case 'maximum':
      return { code: 'out-of-range', message: `must be at most ${limit}` }
    case 'exclusiveMinimum':
      return { code: 'out-of-range', message: `must be greater than ${limit}` }
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return { code: 'out-of-range', message: 'must not be empty' }
    case 'maxItems':
      return { code: 'out-of-range', message: `has more than ${limit} entries` }
    case 'maxLength':
      return { code: 'out-of-range', message: `is longer than ${limit} characters` }
    default:
      return { code: 'bad-value', message: error.message ?? 'does not fit' }
  }
}

function patternHelp(text: string, path: readonly string[], schema: Schema): string | undefined {
  const isFlowName = path.length === 1 && path[0] === 'name'
  const better = text.trim().replaceAll(/[^A-Za-z0-9_]+/g, '_')
  if (isFlowName && /[a-z0-9]/i.test(better))
    return `write "${better.toLowerCase()}": ${sentence(schema.description)}`
  return sentence(schema.description)
}

/** The first sentence of a description, as help: lower case, no full stop. */
function sentence(description: string | undefined): string | undefined {
  const text = description?.replace(/\.(?: .*)?$/s, '')
  return text === undefined ? undefined : text.charAt(0).toLowerCase() + text.slice(1)
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`
}
