import type { Json } from '../source/json.ts'
import { bounded } from './extent.ts'
import { render, valueOf, type Lookup } from './render.ts'
import { references, solePlaceholder, type Reference, type Template } from './template.ts'

/** A value in which texts are templates. A text that is exactly one placeholder keeps the type of its value. */
export type ValueTemplate =
  | { readonly kind: 'constant'; readonly value: Json }
  | { readonly kind: 'text'; readonly template: Template }
  | { readonly kind: 'list'; readonly items: readonly ValueTemplate[] }
  | { readonly kind: 'object'; readonly entries: ReadonlyMap<string, ValueTemplate> }

/** The value with every placeholder replaced, frozen all the way down. Throws `MissingValue` and `ValueTooLarge`. */
export function evaluate(value: ValueTemplate, lookup: Lookup): Json {
  switch (value.kind) {
    case 'constant':
      return value.value
    case 'text': {
      const placeholder = solePlaceholder(value.template)
      if (placeholder === undefined || placeholder.formatter !== undefined)
        return render(value.template, lookup)
      return bounded(valueOf(placeholder, lookup))
    }
    case 'list':
      return bounded(Object.freeze(value.items.map((item) => evaluate(item, lookup))))
    case 'object': {
      // fromEntries defines own properties, `__proto__` included.
      const entries = [...value.entries].map(([key, item]): [string, Json] => [key, evaluate(item, lookup)])
      return bounded(Object.freeze(Object.fromEntries(entries)))
    }
  }
}

/** The references anywhere in the value, in order of appearance. */
export function* valueReferences(value: ValueTemplate): Generator<Reference> {
  switch (value.kind) {
    case 'constant':
      break
    case 'text':
      yield* references(value.template)
      break
    case 'list':
      for (const item of value.items) yield* valueReferences(item)
      break
    case 'object':
      for (const item of value.entries.values()) yield* valueReferences(item)
  }
}
