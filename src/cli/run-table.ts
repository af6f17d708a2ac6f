import { secondsText } from '../reporters/amounts.ts'
import { marks } from '../reporters/marks.ts'
import { paintOf } from '../reporters/table.ts'
import type { RunStatus } from '../run/events.ts'
import { eventOf } from '../run/kept-result.ts'
import type { Json } from '../source/json.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, padRight } from '../source/width.ts'
import type { RunEntry } from '../store/runs.ts'
import type { Writer } from './io.ts'

/** A run in a list. */
export interface RunRow {
  readonly run_id: string
  readonly flow: string
  readonly path: string
  /** `running`: a process works on it. `unfinished`: it was cut off. */
  readonly status: RunStatus | 'running' | 'unfinished'
  /** Seconds; null for a run that has not ended. */
  readonly execution_time: number | null
}

export function runRow({ runId, about, last, holder }: RunEntry): RunRow {
  const end = last === undefined ? undefined : eventOf(last)
  const finished = end?.type === 'run-finished' ? end : undefined
  return {
    run_id: runId,
    flow: textOf(about, 'flow'),
    path: textOf(about, 'path'),
    status: holder === undefined ? (finished?.status ?? 'unfinished') : 'running',
    execution_time: finished === undefined ? null : Math.round(finished.at) / 1000,
  }
}

const gap = '  '
const longestFlow = 32

/** The lines of a list of runs. */
export function runTable(rows: readonly RunRow[], { palette }: Pick<Writer, 'palette'>): readonly string[] {
  const flows = rows.map(({ flow }) => elide(visibleLine(flow), longestFlow))
  const columns = flows.reduce((most, flow) => Math.max(most, flow.length), 0)
  return rows.map(({ run_id, status, execution_time }, index) => {
    const known = status === 'running' || status === 'unfinished' ? 'cancelled' : status
    const mark = paintOf(known, palette)(status === 'running' ? marks.started : marks[known])
    const time = execution_time === null ? '' : secondsText(execution_time)
    const flow = padRight(flows[index] ?? '', columns)
    return `${[mark, run_id, flow, status.padEnd('unfinished'.length), time].join(gap).trimEnd()}\n`
  })
}

function textOf(about: Json | undefined, key: string): string {
  if (typeof about !== 'object' || about === null || Array.isArray(about)) return ''
  const value = (about as Readonly<Record<string, Json>>)[key]
  return typeof value === 'string' ? value : ''
}
