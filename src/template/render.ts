import type { Json } from '../source/json.ts'
import { extentOf, MAX_SIZE, ValueTooLarge } from './extent.ts'
import type { Formatter, Placeholder, Reference, Template } from './template.ts'
import { Unrenderable } from './unrenderable.ts'

/** Looks a variable up; undefined when it has no value. */
export type Lookup = (variable: string) => Json | undefined

/** Thrown when a placeholder has nothing to render. */
export class MissingValue extends Unrenderable {
  override readonly name = 'MissingValue'
  override readonly code = 'missing-value'
}

/**
 * The text with every placeholder replaced. Throws `MissingValue`, and `ValueTooLarge` before a text is made that
 * has more than `room` characters.
 */
export function render(template: Template, lookup: Lookup, room: number = MAX_SIZE): string {
  let text = ''
  for (const segment of template.segments) {
    if (typeof segment === 'string') {
      text += segment
      continue
    }
    const value = valueOf(segment, lookup)
    if (text.length + formattedSize(value, segment.formatter) > room) throw tooLong(room)
    text += format(value, segment.formatter)
  }
  if (text.length > room) throw tooLong(room)
  return text
}

function tooLong(room: number): ValueTooLarge {
  return new ValueTooLarge(`the text would have more than ${room} characters`)
}

/** At least as long as the value is as text, but for characters that JSON escapes. */
function formattedSize(value: Json, formatter: Formatter | undefined): number {
  if (typeof value === 'string') return value.length
  const separators = Array.isArray(value) ? value.length * (formatter?.argument?.length ?? 2) : 0
  return extentOf(value).size + separators
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
