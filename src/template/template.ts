/**
 * Prompt text, compiled once into literal text and placeholders. A rendered value is never read again: what a model
 * answers cannot become a placeholder.
 */
export interface Template {
  /** As written. */
  readonly text: string
  readonly segments: readonly Segment[]
  /** What looks like a placeholder and is none; whether it is a mistake depends on the variables there are. */
  readonly suspects: readonly Suspect[]
}

export type Segment = string | Placeholder

/** `{a.b[0] ?? "text" | join: ", "}` */
export interface Placeholder {
  /** Offsets in the template's text, braces included. */
  readonly start: number
  readonly end: number
  /** Tried in order; the first that exists is rendered. */
  readonly alternatives: readonly Alternative[]
  /** `{x?}`: renders as nothing when no alternative exists. */
  readonly optional: boolean
  readonly formatter?: Formatter
}

export type Alternative = Reference | { readonly kind: 'literal'; readonly text: string }

/** A variable and the way into its value. */
export interface Reference {
  readonly kind: 'reference'
  readonly variable: string
  readonly path: readonly (string | number)[]
  /** Offsets of the variable's name in the template's text. */
  readonly start: number
  readonly end: number
}

export interface Formatter {
  readonly name: string
  readonly argument?: string
  /** Offsets of its name. */
  readonly start: number
  readonly end: number
}

export interface Suspect {
  /**
   * `jinja`: `{{ name }}`, and `spaced`: `{ name }`, printed as they stand. `malformed`: begins like a placeholder and
   * ends otherwise.
   */
  readonly kind: 'jinja' | 'spaced' | 'malformed'
  readonly variable: string
  readonly start: number
  readonly end: number
}

/** The references of a template, in order of appearance. */
export function* references(template: Template): Generator<Reference> {
  for (const segment of template.segments) {
    if (typeof segment === 'string') continue
    for (const alternative of segment.alternatives) if (alternative.kind === 'reference') yield alternative
  }
}

/** The one placeholder that a text consists of, if it does; such a value keeps its type. */
export function solePlaceholder(template: Template): Placeholder | undefined {
  const [only, second] = template.segments
  return second === undefined && typeof only === 'object' ? only : undefined
}
