import { unseen } from '../source/unseen.ts'
import type { Json } from '../source/json.ts'
import type { RunResult } from './result.ts'

interface Layout {
  /** All on one line; otherwise indented by two spaces. */
  readonly compact: boolean
}

/**
 * A result as JSON, in pieces of a step or an output at most, with a newline at the end: nothing large has to be
 * made whole before it is written. Together the pieces are what `JSON.stringify` gives, but unseen characters and
 * those that act on a terminal are escaped; `JSON.parse` gives back every character.
 */
export function* resultText(result: RunResult, layout: Layout): Generator<string, void, undefined> {
  yield* members(result, layout, 1)
  yield '\n'
}

/** One value as JSON, escaped like `resultText`; no newline at the end. */
export function jsonText(value: Json | object, layout: Layout): string {
  return escapeUnseen(layout.compact ? JSON.stringify(value) : JSON.stringify(value, null, 2))
}

/** Properties of a result that hold one entry per step, output or input. */
const wide = new Set(['inputs', 'outputs', 'steps'])

function* members(object: object, layout: Layout, depth: number): Generator<string, void, undefined> {
  const lineBreak = layout.compact ? '' : '\n' + '  '.repeat(depth)
  const colon = layout.compact ? ':' : ': '
  let separator = '{'
  const entries = object as Readonly<Record<string, Json | object>>
  // Keys alone: a hundred thousand pairs would be made before the first is written.
  for (const key of Object.keys(object)) {
    const value = entries[key] ?? null
    const start = separator + lineBreak + jsonText(key, layout) + colon
    separator = ','
    if (depth === 1 && wide.has(key) && value !== null && typeof value === 'object') {
      yield start
      yield* members(value, layout, depth + 1)
    } else {
      // No string in JSON holds a line break of its own.
      yield start + jsonText(value, layout).replaceAll('\n', lineBreak)
    }
  }
  const isEmpty = separator === '{'
  yield isEmpty ? '{}' : `${layout.compact ? '' : '\n' + '  '.repeat(depth - 1)}}`
}

const everyUnseen = new RegExp(unseen.source, 'gu')

function escapeUnseen(json: string): string {
  return unseen.test(json) ? json.replace(everyUnseen, escape) : json
}

function escape(sign: string): string {
  let escaped = ''
  for (let unit = 0; unit < sign.length; unit++) {
    escaped += `\\u${sign.charCodeAt(unit).toString(16).padStart(4, '0')}`
  }
  return escaped
}
