import type { Json } from '../source/json.ts'
import { jsonText, type JsonLayout } from '../source/json-text.ts'
import type { RunResult } from './result.ts'

/**
 * A result as JSON, in pieces of a step or an output at most, with a newline at the end: nothing large has to be
 * made whole before it is written. Together the pieces are what `JSON.stringify` gives, but unseen characters and
 * those that act on a terminal are escaped; `JSON.parse` gives back every character.
 */
export function* resultText(result: RunResult, layout: JsonLayout): Generator<string, void, undefined> {
  yield* members(result, layout, 1)
  yield '\n'
}

/** Properties of a result that hold one entry per step, output or input. */
const wide = new Set(['inputs', 'outputs', 'steps'])

function* members(object: object, layout: JsonLayout, depth: number): Generator<string, void, undefined> {
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
