import type { RunResult } from '../run/result.ts'
import { changesBetween, type StepChange } from '../run/step-changes.ts'
import type { StepResult } from '../run/step-result.ts'
import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { countText, dollarsText, secondsText } from './amounts.ts'
import { changeLines, labelledChange } from './change-lines.ts'
import { marks } from './marks.ts'
import { paintOf } from './table.ts'

/** How one run differs from another. */
export interface RunDiff {
  readonly before: RunSummary
  readonly after: RunSummary
  /** Those that differ; a side that lacks one has null. */
  readonly outputs: readonly { readonly key: string; readonly before: Json; readonly after: Json }[]
  /** Those that differ in what they were asked, in how they ended, or in being there. */
  readonly steps: readonly StepDiff[]
}

interface RunSummary extends Pick<RunResult, 'run_id' | 'flow' | 'status' | 'execution_time' | 'usage'> {}

export interface StepDiff {
  readonly id: string
  /** Status, seconds and dollars on each side; null where the step is not there. */
  readonly before: StepFigures | null
  readonly after: StepFigures | null
  readonly changes: readonly StepChange[]
}

interface StepFigures {
  readonly status: StepResult['status']
  readonly execution_time: number | null
  readonly cost: number | null
}

/** Holds two runs side by side. */
export function diffRuns(before: RunResult, after: RunResult): RunDiff {
  const keys = new Set([...Object.keys(before.outputs), ...Object.keys(after.outputs)])
  const ids = new Set([...Object.keys(before.steps), ...Object.keys(after.steps)])
  const valueOf = ({ outputs }: RunResult, key: string): Json =>
    Object.hasOwn(outputs, key) ? (outputs[key] ?? null) : null
  const stepOf = ({ steps }: RunResult, id: string): StepResult | undefined =>
    Object.hasOwn(steps, id) ? steps[id] : undefined
  return {
    before: summaryOf(before),
    after: summaryOf(after),
    outputs: [...keys]
      .map((key) => ({ key, before: valueOf(before, key), after: valueOf(after, key) }))
      .filter((output) => textOf(output.before) !== textOf(output.after)),
    steps: [...ids].flatMap((id) => stepDiff(id, stepOf(before, id), stepOf(after, id))),
  }
}

function summaryOf({ run_id, flow, status, execution_time, usage }: RunResult): RunSummary {
  return { run_id, flow, status, execution_time, usage }
}

function stepDiff(
  id: string,
  before: StepResult | undefined,
  after: StepResult | undefined,
): readonly StepDiff[] {
  const changes = before === undefined || after === undefined ? [] : changesBetween(before, after)
  if (changes.length === 0 && before?.status === after?.status) return []
  return [{ id, before: figuresOf(before), after: figuresOf(after), changes }]
}

function figuresOf(step: StepResult | undefined): StepFigures | null {
  if (step === undefined) return null
  return { status: step.status, execution_time: step.execution_time, cost: step.call_data?.cost ?? null }
}

/** The difference for people. */
export function runDiffText({ before, after, outputs, steps }: RunDiff, palette: Palette): string {
  const lines = [summaryLine('before', before, palette), summaryLine('after', after, palette)]
  for (const output of outputs) {
    lines.push('', palette.bold(visibleLine(output.key)))
    lines.push(...changeLines(textOf(output.before), textOf(output.after), palette).map(indented))
  }
  if (outputs.length === 0) lines.push('', 'the outputs are the same')
  for (const step of steps) {
    lines.push('', `${palette.bold(visibleLine(step.id))}  ${figuresText(step, palette)}`)
    for (const change of step.changes)
      lines.push(...labelledChange(change, changeLines(change.before, change.after, palette)).map(indented))
  }
  return lines.map((line) => `${line}\n`).join('')
}

function summaryLine(label: string, run: RunSummary, palette: Palette): string {
  const { calls, cost } = run.usage
  const parts = [
    secondsText(run.execution_time),
    countText(calls, 'call'),
    ...(cost === null ? [] : [dollarsText(cost)]),
  ]
  const mark = paintOf(run.status, palette)(marks[run.status])
  return `${palette.dim(label.padEnd(6))}  ${mark} ${visibleLine(run.run_id)}  ${visibleLine(run.flow)}  ${parts.join('  ')}`
}

function figuresText({ before, after }: StepDiff, palette: Palette): string {
  if (before === null) return palette.success('only after')
  if (after === null) return palette.error('only before')
  const pairs = [
    before.status === after.status ? '' : `${before.status} → ${after.status}`,
    pair(before.execution_time, after.execution_time, secondsText),
    pair(before.cost, after.cost, dollarsText),
  ]
  return palette.dim(pairs.filter((text) => text !== '').join('  '))
}

function pair(before: number | null, after: number | null, text: (amount: number) => string): string {
  if (before === null && after === null) return ''
  return `${before === null ? '–' : text(before)} → ${after === null ? '–' : text(after)}`
}

function indented(line: string): string {
  return `  ${line}`
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : jsonText(value, { compact: false })
}
