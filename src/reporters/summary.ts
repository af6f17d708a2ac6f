import type { Flow } from '../flow/flow.ts'
import { analyse } from '../run/analysis.ts'
import { pastRun } from '../run/past-run.ts'
import type { RunResult } from '../run/result.ts'
import type { StepResult } from '../run/step-result.ts'
import { whatIf, type FlowLimits } from '../run/what-if.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { countText, dollarsText, secondsText } from './amounts.ts'
import { criticalPathLines, whatIfLines } from './critical-path-lines.ts'
import { marks } from './marks.ts'
import { paintOf, tableLines } from './table.ts'

interface SummaryOptions {
  readonly palette: Palette
  readonly columns: number
  /** Without it nothing is said of other settings after a run in which steps waited. */
  readonly flow?: Flow | undefined
}

/**
 * What a run came to: a table when it had more than one step, its totals, its critical path, and what another
 * `--max-concurrency` would have made of it.
 */
export function summaryText(result: RunResult, { palette, columns, flow }: SummaryOptions): string {
  const steps = Object.values(result.steps)
  const run = pastRun(result)
  const analysis = analyse(run)
  const table = steps.length > 1 ? ['', ...tableLines(result, { palette, columns, analysis })] : []
  const lines = [
    ...table,
    '',
    totalsLine(result, steps, palette),
    ...criticalPathLines(run, columns),
    // How long a step takes that waits for others says nothing of how long it would take with more of them at a time.
    ...(steps.some(({ runs }) => runs !== undefined)
      ? []
      : whatIfLines(whatIf(run, analysis, flow === undefined ? undefined : limitsOf(flow)), columns)),
  ]
  return lines.map((line) => `${line}\n`).join('')
}

function totalsLine(result: RunResult, steps: readonly StepResult[], palette: Palette): string {
  const { calls, input_tokens, output_tokens, cost, unpriced_calls } = result.usage
  const tokens = input_tokens + output_tokens
  const totals = [stepsText(steps)]
  if (calls > 0) totals.push(countText(calls, 'call'))
  if (tokens > 0) totals.push(countText(tokens, 'token'))
  if (calls > 0 && cost !== null) totals.push(dollarsText(cost))
  if (cost !== null && unpriced_calls > 0)
    totals.push(`${countText(unpriced_calls, 'call')} of unknown price`)
  const parts = [secondsText(result.execution_time), totals.join(', ')]
  const speed = speedUp(result, steps)
  if (result.status === 'succeeded' && speed >= meaningfulSpeedUp)
    parts.push(palette.success(`${speed.toFixed(1)}× faster than one by one`))
  const paint = paintOf(result.status, palette)
  return `${paint(marks[result.status])} ${palette.bold(visibleLine(result.flow))}  ${parts.join('   ')}`
}

/** `9 steps`, or `9 steps (1 failed, 3 blocked)`. */
function stepsText(steps: readonly StepResult[]): string {
  const unsuccessful: string[] = []
  for (const status of ['failed', 'blocked', 'skipped', 'cancelled'] as const) {
    const count = steps.filter((step) => step.status === status).length
    if (count > 0) unsuccessful.push(`${count} ${status}`)
  }
  const all = countText(steps.length, 'step')
  return unsuccessful.length === 0 ? all : `${all} (${unsuccessful.join(', ')})`
}

/** Below this, one would not notice. */
const meaningfulSpeedUp = 1.1

/**
 * How many times as long the steps would have taken one after the other. Steps that the embedded model answers share
 * one thread and slow each other down, so nothing can be said of them.
 */
function speedUp(result: RunResult, steps: readonly StepResult[]): number {
  const all = withInner(steps)
  if (all.some((step) => step.model_config?.provider === 'embedded')) return 1
  // A step with a flow inside only waits for the steps of that.
  const oneByOne = all.reduce((sum, { runs, execution_time }) => sum + (runs ? 0 : (execution_time ?? 0)), 0)
  return result.execution_time > 0 ? oneByOne / result.execution_time : 1
}

/** The steps and those of the flows inside them, however deep. */
function withInner(steps: readonly StepResult[]): readonly StepResult[] {
  const all = [...steps]
  for (const { runs = [] } of all) for (const run of runs) all.push(...Object.values(run.steps))
  return all
}

function limitsOf({ llms, steps }: Flow): FlowLimits {
  const ofSteps = new Map(steps.map(({ id, forEach }) => [id, forEach?.maxConcurrency]))
  return { ofLlm: (llm) => llms.get(llm)?.maxConcurrency, ofStep: (step) => ofSteps.get(step) }
}
