import type { Input } from '../../flow/flow.ts'
import type { Candidate } from './candidate.ts'

/** Values that an input is known to take: its choices, true and false, its examples, its default. */
export function inputValues({ type, schema, default: fallback }: Input): readonly Candidate[] {
  if (type === 'boolean') return [{ text: 'true' }, { text: 'false' }]
  const choices = listAt(schema, 'enum') ?? (type === 'array' ? listAt(schema['items'], 'enum') : undefined)
  if (choices !== undefined) return choices.flatMap((value) => written(value))
  if (type === 'array' || type === 'object') return []
  const examples = (listAt(schema, 'examples') ?? []).flatMap((value) => written(value, 'an example'))
  return fallback === undefined ? examples : [...written(fallback, 'the default'), ...examples]
}

function listAt(schema: unknown, key: string): readonly unknown[] | undefined {
  const list: unknown = typeof schema === 'object' && schema !== null ? Reflect.get(schema, key) : undefined
  return Array.isArray(list) ? list : undefined
}

/** As it is given on a command line, where `@` begins a file name and `-` is standard input. */
function written(value: unknown, about?: string): readonly Candidate[] {
  if (typeof value !== 'string' && typeof value !== 'number') return []
  const text = typeof value === 'string' && value.startsWith('@') ? `@${value}` : String(value)
  return text === '-' ? [] : [{ text, ...(about === undefined ? {} : { about }) }]
}
