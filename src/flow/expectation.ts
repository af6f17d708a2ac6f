import type { ErrorObject } from 'ajv'
import { closest } from '../diagnostics/closest.ts'
import type { Code } from '../diagnostics/catalogue.ts'
import { describe, type Node } from '../document/node.ts'

/** As much of a JSON Schema as messages speak of. */
export interface Schema {
  readonly properties?: Readonly<Record<string, unknown>>
  readonly description?: string
}

interface Expectation {
  readonly code: Code
  /** Follows the name of what is wrong: `must be …`. */
  readonly message: string
  readonly help?: string
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
export function expectation(error: ErrorObject, node: Node, schema: Schema): Expectation {
  const params: Readonly<Record<string, unknown>> = error.params
  const limit = String(params['limit'])
  switch (error.keyword) {
    case 'type': {
      const types = [params['type']].flat().map(String)
      const message = `must be ${types.map((type) => typeNames[type] ?? type).join(' or ')}, but it is ${describe(node)}`
      const help = typeHelp(types, node)
      return help === undefined ? { code: 'wrong-type', message } : { code: 'wrong-type', message, help }
    }
    case 'enum': {
      const allowed = [params['allowedValues']].flat().map(String)
      const value = node.kind === 'scalar' ? String(node.value) : describe(node)
      const guess = closest(value, allowed)
      return {
        code: 'unknown-value',
        message: `cannot be ${node.kind === 'scalar' ? `"${value}"` : value}`,
        help: guess === undefined ? `it is one of ${allowed.join(', ')}` : `did you mean "${guess}"?`,
      }
    }
    case 'const':
      return { code: 'unknown-value', message: `must be ${JSON.stringify(params['allowedValue'])}` }
    case 'pattern':
      return {
        code: 'bad-value',
        message: `cannot be "${node.kind === 'scalar' ? String(node.value) : ''}"`,
        ...(schema.description === undefined ? {} : { help: sentence(schema.description) }),
      }
    case 'minimum':
      return { code: 'out-of-range', message: `must be at least ${limit}` }
    case 'maximum':
      return { code: 'out-of-range', message: `must be at most ${limit}` }
    case 'exclusiveMinimum':
      return { code: 'out-of-range', message: `must be greater than ${limit}` }
    case 'exclusiveMaximum':
      return { code: 'out-of-range', message: `must be less than ${limit}` }
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return {
        code: 'out-of-range',
        message: limit === '1' ? 'must not be empty' : `needs at least ${limit} entries`,
      }
    case 'maxItems':
      return { code: 'out-of-range', message: `has more than ${limit} entries` }
    case 'maxLength':
      return { code: 'out-of-range', message: `is longer than ${limit} characters` }
    default:
      return { code: 'bad-value', message: error.message ?? 'does not fit' }
  }
}

function typeHelp(types: readonly string[], node: Node): string | undefined {
  if (!types.includes('string')) return undefined
  if (node.kind === 'map' && node.span.file.text[node.span.start] === '{') {
    return 'a text that starts with { must be quoted: "{topic} …"'
  }
  if (node.kind === 'scalar' && node.value !== null) return `quote it: "${String(node.value)}"`
  return undefined
}

/** The first sentence of a description, as help: lower case, no full stop. */
function sentence(description: string): string {
  const text = description.replace(/\.(?: .*)?$/s, '')
  return text.charAt(0).toLowerCase() + text.slice(1)
}
