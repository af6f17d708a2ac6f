import { MAX_SIZE, ValueTooLarge } from '../template/extent.ts'
import { MissingValue, valueOf } from '../template/render.ts'
import type { Placeholder, Reference, Template } from '../template/template.ts'
import { solePlaceholder } from '../template/template.ts'
import type { ValueTemplate } from '../template/value-template.ts'
import { known, listOf, objectOf, together, unknownText, written, type Guess, type Hidden } from './guess.ts'
import { zero } from './range.ts'

/** What is known of a variable; undefined for an input that was not given. */
export type GuessLookup = (variable: string) => Guess | undefined

/** A text with placeholders, as far as it is known before the run. */
export interface GuessedText extends Hidden {
  /** As it will be; what is not known yet stands as it is written in the template. */
  readonly shown: string
  /** The stretches that are certain, each as long as possible. */
  readonly pieces: readonly string[]
  /** The variables that are not known yet. */
  readonly waitsFor: readonly string[]
}

/** Throws `ValueTooLarge`, as the run would. */
export function guessText(template: Template, lookup: GuessLookup): GuessedText {
  let [shown, piece] = ['', '']
  const pieces: string[] = []
  const hidden: Hidden[] = []
  const waitsFor: string[] = []
  for (const segment of template.segments) {
    if (typeof segment === 'string') {
      shown += segment
      piece += segment
      continue
    }
    const guess = written(guessPlaceholder(segment, lookup), segment.formatter)
    if (shown.length + guess.skeleton.length > MAX_SIZE)
      throw new ValueTooLarge(`the text would have more than ${MAX_SIZE} characters`)
    if (guess.holes === 0) {
      shown += guess.skeleton
      piece += guess.skeleton
      continue
    }
    shown += template.text.slice(segment.start, segment.end)
    pieces.push(piece, guess.skeleton)
    piece = ''
    hidden.push(guess)
    for (const one of segment.alternatives) if (one.kind === 'reference') waitsFor.push(one.variable)
  }
  pieces.push(piece)
  return {
    shown,
    pieces: pieces.filter((text) => text !== ''),
    ...together(hidden),
    waitsFor,
  }
}

export function guessValue(value: ValueTemplate, lookup: GuessLookup): Guess {
  switch (value.kind) {
    case 'constant':
      return known(value.value)
    case 'text': {
      const placeholder = solePlaceholder(value.template)
      if (placeholder !== undefined && placeholder.formatter === undefined)
        return guessPlaceholder(placeholder, lookup)
      const { pieces, holes, hidden } = guessText(value.template, lookup)
      return { skeleton: pieces.join(''), holes, hidden }
    }
    case 'list':
      return listOf(value.items.map((item) => guessValue(item, lookup)))
    case 'object':
      return objectOf([...value.entries].map(([key, item]) => [key, guessValue(item, lookup)] as const))
  }
}

/** The first alternative that there is. An input that was not given is a text of no tokens; somebody else names it. */
export function guessPlaceholder({ alternatives, optional }: Placeholder, lookup: GuessLookup): Guess {
  for (const alternative of alternatives) {
    if (alternative.kind === 'literal') return known(alternative.text)
    const guess = lookup(alternative.variable)
    if (guess === undefined) return unknownText(zero)
    const part = partOf(guess, alternative)
    if (part !== undefined) return part
  }
  // Without any, a run would stop here; nothing is sent then.
  return optional ? known('') : unknownText(zero)
}

/** Where a path leads. In a value that is not wholly known the part may be anything from nothing to all of it. */
function partOf(guess: Guess, reference: Reference): Guess | undefined {
  if (reference.path.length === 0) return guess
  const part = follow(guess, reference)
  if (guess.holes === 0) return part === undefined ? undefined : known(part)
  return { skeleton: part ?? '', holes: guess.holes, hidden: { ...guess.hidden, lower: 0 } }
}

function follow({ skeleton }: Guess, reference: Reference): Guess['skeleton'] | undefined {
  try {
    const { start, end } = reference
    return valueOf({ start, end, alternatives: [reference], optional: false }, () => skeleton)
  } catch (error) {
    if (error instanceof MissingValue) return undefined
    throw error
  }
}
