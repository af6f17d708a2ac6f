import type { Json } from '../source/json.ts'
import type { Formatter, Placeholder, Reference, Template } from './template.ts'

/** Looks a variable up; undefined when it has no value. */
export type Lookup = (variable: string) => Json | undefined

/** Thrown when a placeholder has nothing to render. */
export class MissingValue extends Error {
  override readonly name = 'MissingValue'
}

/** The text with every placeholder replaced. Throws `MissingValue`. */
export function render(template: Template, lookup: Lookup): string {
  let text = ''
  for (const segment of template.segments) {
    text += typeof segment === 'string' ? segment : format(valueOf(segment, lookup), segment.formatter)
  }
  return text
}

/** What a placeholder stands for, with its type; an optional one without a value is the empty text. */
export function valueOf(placeholder: Placeholder, lookup: Lookup): Json {
  for (const alternative of placeholder.alternatives) {
    if (alternative.kind === 'literal') return alternative.text
    const value = follow(alternative, lookup)
    if (value !== undefined) return value
  }
  if (placeholder.optional) return ''
  const [first] = placeholder.alternatives
  throw new MissingValue(first?.kind === 'reference' ? `"${written(first)}" has no value` : 'no value')
}

/** The reference as it is written in a template. */
export function written(reference: Reference): string {
  return (
    reference.variable +
    reference.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  )
}

function follow(reference: Reference, lookup: Lookup): Json | undefined {
  let value = lookup(reference.variable)
  for (const part of reference.path) {
    // Own entries only: a value's prototype is not part of it.
    if (typeof value !== 'object' || value === null) return undefined
    if (Array.isArray(value) !== (typeof part === 'number') || !Object.hasOwn(value, part)) return undefined
    value = (value as Readonly<Record<string | number, Json>>)[part]
  }
  return value
}

export const formatterNames = ['json', 'lines', 'bullets', 'join'] as const

/** A value as text: text stands for itself, everything else is JSON unless a formatter says otherwise. */
export function format(value: Json, formatter?: Formatter): string {
  switch (formatter?.name) {
    case 'json':
      return JSON.stringify(value)
    case 'lines':
      return items(value).join('\n')
    case 'bullets':
      return items(value)
        .map((item) => `- ${item}`)
        .join('\n')
    case 'join':
      return items(value).join(formatter.argument ?? ', ')
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}

/** The items of a list as text; a value that is no list counts as a list of one. */
function items(value: Json): string[] {
  return (Array.isArray(value) ? (value as readonly Json[]) : [value]).map((item) => format(item))
}
