import type { Analysis } from '../run/analysis.ts'
import type { RunStatus } from '../run/events.ts'
import type { RunResult } from '../run/result.ts'
import type { StepResult } from '../run/step-result.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, padRight, width } from '../source/width.ts'
import { dollarsText, secondsText, tokensOf } from './amounts.ts'
import { marks } from './marks.ts'

const headings = ['status', 'start', 'time', 'slack', 'tokens', 'cost'] as const
interface TableOptions {
  readonly palette: Palette
  readonly columns: number
  readonly analysis: Analysis
}

const shortestName = 12
const gap = '  '

/**
 * A row per step: when it started, how long it took, how much longer it could have taken without the run ending later
 * (`●`: it is on the critical path), what it used. What is not known of any step has no column.
 */
export function tableLines(
  result: RunResult,
  { palette, columns, analysis }: TableOptions,
): readonly string[] {
  const steps = Object.values(result.steps)
  const slacks = slackTexts(result, analysis)
  const runStart = Date.parse(result.start_time)
  const allRows = steps.map((step, index) => figures(step, runStart, slacks[index] ?? ''))
  const isKnown = headings.map((_, column) => allRows.some((row) => row[column] !== ''))
  const shownHeadings = headings.filter((_, column) => isKnown[column])
  const rows = allRows.map((row) => row.filter((_, column) => isKnown[column]))
  const widths = shownHeadings.map((heading, column) =>
    rows.reduce((most, row) => Math.max(most, (row[column] ?? '').length), heading.length),
  )
  const names = steps.map((step) => visibleLine(step.name))
  const longest = names.reduce((most, name) => Math.max(most, width(name)), 'step'.length)
  const room = columns - gap.length - widths.reduce((sum, one) => sum + gap.length + one, 0)
  const nameColumns = Math.min(longest, Math.max(shortestName, room))

  const line = (name: string, row: readonly string[]): string => {
    const [status = '', ...numbers] = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    )
    return [padRight(elide(name, nameColumns), nameColumns), status, ...numbers].join(gap).trimEnd()
  }
  return [
    palette.dim(gap + line('step', shownHeadings)),
    ...steps.map(({ status }, index) => {
      const mark = paintOf(status, palette)(marks[status])
      return `${mark} ${line(names[index] ?? '', rows[index] ?? [])}`
    }),
  ]
}

/** Only of runs that succeeded: what others would have needed had they not failed is not known. */
function slackTexts(result: RunResult, { slackMs }: Analysis): readonly string[] {
  const path = new Set(result.critical_path)
  const steps = Object.keys(result.steps)
  if (result.status !== 'succeeded' || slackMs.size === 0 || steps.every((id) => path.has(id))) return []
  return steps.map((id) => {
    const slack = slackMs.get(id)
    if (path.has(id)) return '●'
    return slack === undefined ? '' : secondsText(slack / 1000)
  })
}

/** In the order of the headings. */
function figures(step: StepResult, runStart: number, slack: string): readonly string[] {
  const { tokens, cost } = usedBy(step)
  return [
    step.status,
    step.start_time === null ? '' : secondsText((Date.parse(step.start_time) - runStart) / 1000),
    step.execution_time === null ? '' : secondsText(step.execution_time),
    slack,
    tokens === null ? '' : String(tokens),
    tokens === null || cost === null ? '' : dollarsText(cost),
  ]
}

/** What a step used with the flows inside it; null where nothing is known. */
function usedBy({ call_data, runs = [] }: StepResult): {
  readonly tokens: number | null
  readonly cost: number | null
} {
  const inner = runs.map(({ usage }) => usage).filter(({ calls }) => calls > 0)
  const own = call_data?.usage ?? null
  if (own === null && inner.length === 0) return { tokens: null, cost: null }
  const costs = [...(own === null ? [] : [call_data?.cost ?? null]), ...inner.map(({ cost }) => cost)]
  const known = costs.filter((cost) => cost !== null)
  return {
    tokens: inner.reduce((sum, usage) => sum + tokensOf(usage), own === null ? 0 : tokensOf(own)),
    cost: known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0),
  }
}

/** The colour of a status. */
export function paintOf(
  status: StepResult['status'] | RunStatus,
  palette: Palette,
): (text: string) => string {
  switch (status) {
    case 'succeeded':
      return palette.success
    case 'failed':
    case 'over_budget':
      return palette.error
    case 'skipped':
      return palette.dim
    case 'partial':
    case 'blocked':
    case 'cancelled':
      return palette.warning
  }
}
