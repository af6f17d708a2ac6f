import { jsonText } from '../source/json-text.ts'
import type { Reporter } from './reporter.ts'

/** Events as JSON Lines, one `write` each, described by `schemas/event.schema.json`. */
export function createEventLines(write: (line: string) => void): Reporter {
  return { onEvent: (event) => write(jsonText(event, { compact: true }) + '\n') }
}
