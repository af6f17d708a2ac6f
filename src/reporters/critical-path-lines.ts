import type { RunResult } from '../run/result.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, width } from '../source/width.ts'
import { secondsText } from './amounts.ts'

const label = '  critical path  '
const longestName = 32
const arrow = ' → '
/** Steps of a long path that are named at either end. */
const shownEnds = 6

/** `  critical path  A 1.20s → B 2.31s`, broken to fit into the columns; nothing when no step ran. */
export function criticalPathLines(result: RunResult, columns: number): readonly string[] {
  const path = shorten(result.critical_path.map((id) => stepText(result, id)))
  if (path.length === 0) return []
  const lines: string[] = []
  let line = label
  let isFirst = true
  for (const text of path) {
    const next = isFirst ? line + text : line + arrow + text
    if (!isFirst && width(next) > columns) {
      lines.push(line)
      line = `${' '.repeat(label.length - 2)}→ ${text}`
    } else {
      line = next
    }
    isFirst = false
  }
  return [...lines, line]
}

function stepText(result: RunResult, id: string): string {
  const step = Object.hasOwn(result.steps, id) ? result.steps[id] : undefined
  return `${elide(visibleLine(step?.name ?? id), longestName)} ${secondsText(step?.execution_time ?? 0)}`
}

function shorten(path: readonly string[]): readonly string[] {
  const hidden = path.length - 2 * shownEnds
  if (hidden <= 1) return path
  return [...path.slice(0, shownEnds), `… ${hidden} more steps …`, ...path.slice(-shownEnds)]
}
