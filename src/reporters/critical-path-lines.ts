import type { PastRun } from '../run/past-run.ts'
import type { WhatIf } from '../run/what-if.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, width } from '../source/width.ts'
import { secondsText } from './amounts.ts'

const label = '  critical path  '
const longestName = 32
const arrow = ' → '
/** Steps of a long path that are named at either end. */
const shownEnds = 6

/** `  critical path  A 1.20s 34% → B 2.31s 66%`, broken to fit into the columns; nothing when no step ran. */
export function criticalPathLines(run: PastRun, columns: number): readonly string[] {
  const path = shorten(run.criticalPath.map((id) => stepText(run, id)))
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

/** `  what if        --max-concurrency 1: 12.72s   2: 10.10s   4 or more: 8.41s`; nothing when there is nothing to say. */
export function whatIfLines(found: readonly WhatIf[], columns: number): readonly string[] {
  if (found.length === 0) return []
  const parts = found.map(
    ({ maxConcurrency, durationMs, isEnough }) =>
      `${maxConcurrency}${isEnough ? ' or more' : ''}: ${secondsText(durationMs / 1000)}`,
  )
  const line = (): string => `  what if        --max-concurrency ${parts.join('   ')}`
  // The ends say most: one by one, and as many as are of use.
  while (parts.length > 2 && width(line()) > columns) parts.splice(1, 1)
  return [line()]
}

function stepText(run: PastRun, id: string): string {
  const step = run.steps.get(id)
  const took = step?.ran === undefined ? 0 : step.ran.endAt - step.ran.startAt
  const share =
    run.criticalPath.length > 1 && run.durationMs > 0 ? ` ${shareText(took / run.durationMs)}` : ''
  return `${elide(visibleLine(step?.name ?? id), longestName)} ${secondsText(took / 1000)}${share}`
}

/** `14%`; whole, since a run is never the same twice. */
function shareText(share: number): string {
  return `${Math.min(100, Math.round(share * 100))}%`
}

function shorten(path: readonly string[]): readonly string[] {
  const hidden = path.length - 2 * shownEnds
  if (hidden <= 1) return path
  return [...path.slice(0, shownEnds), `… ${hidden} more steps …`, ...path.slice(-shownEnds)]
}
