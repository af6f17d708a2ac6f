import type { RunResult } from '../run/result.ts'
import { changesBetween } from '../run/step-changes.ts'
import type { StepResult } from '../run/step-result.ts'
import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { changeLines, labelledChange } from './change-lines.ts'

/** Items of a step that are compared one by one; a wide `for_each` may have thousands. */
const mostItems = 10

interface Compared {
  readonly run: RunResult
  /** The run before; undefined when there was none. */
  readonly before: RunResult | undefined
}

/** What a step was asked otherwise than in an earlier run: what changed is why no answer was there yet. */
export function causeText(id: string, { run, before }: Compared, palette: Palette): string {
  const ids = Object.hasOwn(run.steps, id)
    ? [id]
    : Object.keys(run.steps).filter((one) => one.startsWith(`${id}[`))
  const lines = ids.slice(0, mostItems).flatMap((one) => linesFor(one, { run, before }, palette))
  if (ids.length > mostItems) lines.push(`  … ${ids.length - mostItems} more items`)
  return lines.length === 0 ? '' : `\n${lines.map((line) => `${line}\n`).join('')}`
}

function linesFor(id: string, { run, before }: Compared, palette: Palette): readonly string[] {
  const step = run.steps[id]
  if (step === undefined || step.start_time === null) return []
  if (step.call_data?.cached === true) return [`  ${visibleLine(id)} was answered from the cache.`]
  if (before === undefined) return ['  There is no earlier run of this flow to compare it with.']
  const earlier = stepOf(before, id)
  const name = visibleLine(id)
  if (earlier === undefined) return [`  Run ${before.run_id} has no step ${name}.`]
  const changes = changesBetween(earlier, step)
  if (changes.length === 0) return [`  ${name} was asked the same as in run ${before.run_id}.`]
  return [
    `  ${name} was asked otherwise than in run ${before.run_id}:`,
    ...changes.flatMap((change) =>
      labelledChange(change, changeLines(change.before, change.after, palette)).map((line) => `    ${line}`),
    ),
  ]
}

function stepOf({ steps }: RunResult, id: string): StepResult | undefined {
  return Object.hasOwn(steps, id) ? steps[id] : undefined
}
