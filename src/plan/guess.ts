import type { Json } from '../source/json.ts'
import { format } from '../template/render.ts'
import type { Formatter } from '../template/template.ts'
import { sum, zero, type Range } from './range.ts'

/**
 * What is known of a value before the run: all that is certain of it, with an empty text where an answer will be, and how
 * many tokens these answers have together.
 */
export interface Guess {
  readonly skeleton: Json
  /** Texts in it that are not known yet; none: the skeleton is the value. */
  readonly holes: number
  /** Tokens of the texts that are not known yet. */
  readonly hidden: Range
}

export function known(value: Json): Guess {
  return { skeleton: value, holes: 0, hidden: zero }
}

/** A text of which only the length can be said. */
export function unknownText(tokens: Range): Guess {
  return { skeleton: '', holes: 1, hidden: tokens }
}

export function listOf(items: readonly Guess[]): Guess {
  return { skeleton: items.map(({ skeleton }) => skeleton), ...together(items) }
}

export function objectOf(entries: readonly (readonly [string, Guess])[]): Guess {
  const skeleton = Object.fromEntries(entries.map(([key, { skeleton }]) => [key, skeleton]))
  return { skeleton, ...together(entries.map(([, guess]) => guess)) }
}

function together(parts: readonly Guess[]): Pick<Guess, 'holes' | 'hidden'> {
  const holes = parts.reduce((count, part) => count + part.holes, 0)
  return { holes, hidden: sum(parts.map(({ hidden }) => hidden)) }
}

/**
 * How much longer a text gets when JSON writes it: a line break or a quote becomes two signs. An allowance, not a law: a
 * text of nothing but control characters would grow sixfold.
 */
const JSON_GROWTH = 2

interface WrittenGuess extends Guess {
  readonly skeleton: string
}

/** The value as it stands in a prompt. */
export function written(guess: Guess, formatter: Formatter | undefined): WrittenGuess {
  const text = format(guess.skeleton, formatter)
  const isPlain = typeof guess.skeleton === 'string' && formatter?.name !== 'json'
  const isListOfTexts =
    formatter !== undefined &&
    formatter.name !== 'json' &&
    Array.isArray(guess.skeleton) &&
    guess.skeleton.every((item) => typeof item === 'string')
  const { hidden, holes } = guess
  const grown = isPlain || isListOfTexts ? hidden : { ...hidden, upper: hidden.upper * JSON_GROWTH }
  return { skeleton: text, holes, hidden: grown }
}
