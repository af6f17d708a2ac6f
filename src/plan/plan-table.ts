import type { Palette } from '../source/palette.ts'
import { visibleLine } from '../source/visible.ts'
import { elide, padRight, width } from '../source/width.ts'
import { dollarsText, tokensText } from './amounts.ts'
import type { Plan, PlannedStep } from './plan.ts'
import { sum } from './range.ts'

interface Look {
  readonly palette: Palette
  readonly columns: number
}

const longestLabel = 32
const shortestLabel = 12

/** A row per step, stage by stage: tokens and dollars, at least, probably, at most. Models are named where there is room. */
export function tableLines({ steps, stages }: Plan, { palette, columns }: Look): readonly string[] {
  const ordered = steps.toSorted((a, b) => a.stage - b.stage)
  const labels = ordered.map(labelOf)
  const models = ordered.map(({ llm }) => (llm === null ? '' : visibleLine(llm.model)))
  const rows = ordered.map(figures)
  const widths = headings.map((heading, column) =>
    rows.reduce((widest, row) => Math.max(widest, (row[column] ?? '').length), heading.length),
  )
  const head = String(stages.length).length + ' 1 ● '.length - 1
  const ofNumbers = widths.reduce((all, one) => all + 2 + one, 0)
  const modelWidth = models.reduce((widest, model) => Math.max(widest, width(model)), 'model'.length)
  const widestLabel = labels.reduce((widest, label) => Math.max(widest, width(label)), 'step'.length)
  const room = columns - head - ofNumbers
  const hasModels = room >= Math.min(widestLabel, longestLabel) + 2 + modelWidth
  const free = hasModels ? room - 2 - modelWidth : room
  const labelWidth = Math.min(widestLabel, longestLabel, Math.max(shortestLabel, free))
  const line = (label: string, model: string, row: readonly string[]): string =>
    [
      padRight(elide(label, labelWidth), labelWidth),
      ...(hasModels ? [padRight(model, modelWidth)] : []),
      ...row.map((cell, column) => cell.padStart(widths[column] ?? 0)),
    ]
      .join('  ')
      .trimEnd()
  const indent = ' '.repeat(head)
  const groups = spread(['tokens, in and out', 'dollars'], widths)
  const above = `${indent}${' '.repeat(labelWidth + (hasModels ? modelWidth + 2 : 0))}${groups}`
  return [
    palette.dim(above.trimEnd()),
    palette.dim(indent + line('step', 'model', headings)),
    ...ordered.map((step, index) => {
      const isFirst = ordered[index - 1]?.stage !== step.stage
      const stage = (isFirst ? String(step.stage) : '').padStart(head - 4)
      const mark = step.critical ? palette.bold('●') : '○'
      return ` ${stage} ${mark} ${line(labels[index] ?? '', models[index] ?? '', rows[index] ?? [])}`
    }),
  ]
}

const headings = ['least', 'likely', 'most', 'least', 'likely', 'most'] as const

/** A heading over the first three columns of numbers, and one over the others. */
function spread([first, second]: readonly [string, string], widths: readonly number[]): string {
  const span = (from: number): number => widths.slice(from, from + 3).reduce((all, one) => all + 2 + one, 0)
  return first.padStart(span(0)) + second.padStart(span(3))
}

function labelOf({ id, items }: PlannedStep): string {
  const times = items === 1 ? '' : ` ×${items ?? '?'}`
  return elide(visibleLine(id), longestLabel - times.length) + times
}

function figures({ llm, calls, input_tokens, output_tokens, cost }: PlannedStep): readonly string[] {
  if (llm === null && calls.upper === 0) return []
  const tokens = sum([input_tokens, output_tokens])
  const dollars =
    cost === null
      ? ['?', '?', '?']
      : [cost.lower, cost.expected, cost.upper].map((value) => dollarsText(value))
  return [tokensText(tokens.lower), tokensText(tokens.expected), tokensText(tokens.upper), ...dollars]
}
