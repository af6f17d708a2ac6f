import type { ToolCallFinished, ToolCallStarted } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import { elided, visibleLine } from '../source/visible.ts'

/** Characters of arguments and of results that are shown; all of them are in the result. */
const MOST_SHOWN = 80
const MOST_NAME = 64

/** What tells the calls of all steps apart. */
export function toolCallKey({ step, call }: { readonly step: string; readonly call: number }): string {
  return `${step} ${call}`
}

/** `add({"a":1}) → 2`, on one line. */
export function toolCallText(
  { tool, arguments: given }: ToolCallStarted,
  { result, error }: ToolCallFinished,
): string {
  const name = visibleLine(elided(tool, MOST_NAME))
  return `${name}(${shown(given)}) ${error === null ? `→ ${shown(result)}` : `✖ ${line(error.message)}`}`
}

function shown(value: Json): string {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return ''
  return line(typeof value === 'string' ? value : JSON.stringify(value))
}

function line(text: string): string {
  return visibleLine(elided(text, MOST_SHOWN))
}
