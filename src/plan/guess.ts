import type { Json } from '../source/json.ts'
import { bounded, MAX_SIZE } from '../template/extent.ts'
import { format } from '../template/render.ts'
import type { Formatter } from '../template/template.ts'
import { map, sum, zero, type Range } from './range.ts'

/**
 * What is known of a value before the run: all that is certain of it, with an empty text where an answer will be, and how
 * many tokens these answers have together.
 */
export interface Guess extends Hidden {
  readonly skeleton: Json
}

export interface Hidden {
  /** Texts in it that are not known yet; none: all of it is certain. */
  readonly holes: number
  /** Tokens of these texts together. */
  readonly hidden: Range
}

export function known(value: Json): Guess {
  return { skeleton: value, holes: 0, hidden: zero }
}

/** A text of which only the length can be said. */
export function unknownText(tokens: Range): Guess {
  return { skeleton: '', holes: 1, hidden: tokens }
}

/** Throws `ValueTooLarge`, as the run would. */
export function listOf(items: readonly Guess[]): Guess {
  const skeleton = Object.freeze(items.map((item) => item.skeleton))
  return { skeleton: bounded(skeleton), ...together(items) }
}

/** Throws `ValueTooLarge`, as the run would. */
export function objectOf(entries: readonly (readonly [string, Guess])[]): Guess {
  const skeleton = Object.freeze(Object.fromEntries(entries.map(([key, guess]) => [key, guess.skeleton])))
  return { skeleton: bounded(skeleton), ...together(entries.map(([, guess]) => guess)) }
}

/** A sign of a text has four bytes at most, and no token has less than one. */
const MOST_TOKENS = 4 * MAX_SIZE

/**
 * What is hidden in a value of several parts. Values that are put together from themselves double at every step, but no
 * text can be longer than a text may be.
 */
export function together(parts: readonly Hidden[]): Hidden {
  const holes = parts.reduce((count, part) => count + part.holes, 0)
  const hidden = map(sum(parts.map((part) => part.hidden)), (tokens) => Math.min(tokens, MOST_TOKENS))
  return { holes: Math.min(holes, MOST_TOKENS), hidden }
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
