import type { Palette } from '../../source/palette.ts'
import { elide, width } from '../../source/width.ts'
import type { CompiledFlow } from '../compile.ts'
import { describeSize } from '../size.ts'
import { markedPath, runText, secondsText, type Happened, type StepHappened } from './happened.ts'
import { deedOf } from './deed.ts'
import { timesItems } from './label.ts'
import { stagesOf } from './stages.ts'

export interface AsciiOptions {
  /** Of the terminal; no line is wider where that is possible, which it is from 40 columns on. */
  readonly columns: number
  readonly palette: Palette
  /** The run that the steps are marked by. */
  readonly happened: Happened | undefined
}

const marks = { succeeded: '✔', failed: '✖', skipped: '⇢', blocked: '↷', cancelled: '⊘' } as const

/**
 * The graph as a list, one stage under the other. A step stands in the first stage in which all it waits for has come
 * before; behind it stand the steps it waits for.
 *
 *     1 ● title_step
 *       │
 *     2 ○ song_step         ← title_step
 *       ● characters_step   ← title_step
 */
export function drawAscii(compiled: CompiledFlow, { columns, palette, happened }: AsciiOptions): string {
  const { flow, graph } = compiled
  const critical = new Set(markedPath(graph, happened))
  const stages = stagesOf(graph)
  const longestLabel = Math.max(12, Math.floor(columns * 0.4))
  const labels = flow.steps.map((step) => {
    const inner = step.kind === 'flow' ? ` [${deedOf(step)}]` : ''
    const times = elide(timesItems(step) + inner, longestLabel - 4)
    return elide(step.id, longestLabel - width(times)) + times
  })
  const labelWidth = widest(labels)
  const outcomes = flow.steps.map((_, node) => timeOf(happened?.steps[node]))
  const outcomeWidth = widest(outcomes)
  const numberWidth = String(stages.length).length
  const indent = numberWidth + 4 + (happened === undefined ? 0 : 2) + labelWidth + gapBefore(outcomeWidth) + 3
  const needs = needsOfAll(compiled, Math.max(8, columns - indent - 5))
  const size = describeSize(compiled)
  const title = happened === undefined ? size : `${runText(happened)}; ${size}`
  const lines = [`${palette.bold(flow.name)}: ${title}`, '']
  for (const [stage, nodes] of stages.entries()) {
    if (stage > 0) lines.push(`${' '.repeat(numberWidth + 2)}${palette.dim('│')}`)
    for (const [row, node] of nodes.entries()) {
      const number = (row === 0 ? String(stage + 1) : '').padStart(numberWidth)
      const isCritical = critical.has(node)
      const paint = isCritical ? (text: string) => palette.bold(palette.note(text)) : (text: string) => text
      const label = labels[node] ?? ''
      const step = happened?.steps[node]
      const mark = step === undefined ? ' ' : paintOf(step, palette)(marks[step.status])
      const head = [
        ` ${palette.dim(number)} ${paint(isCritical ? '●' : '○')} `,
        happened === undefined ? '' : `${mark} `,
        paint(label) + ' '.repeat(labelWidth - width(label)),
        outcomeWidth === 0 ? '' : `  ${(outcomes[node] ?? '').padStart(outcomeWidth)}`,
      ].join('')
      const [first = '', ...rest] = broken(needs[node] ?? [], indent, columns)
      lines.push(first === '' ? head.trimEnd() : `${head}   ${palette.dim(first)}`)
      for (const line of rest) lines.push(' '.repeat(indent) + palette.dim(line))
    }
  }
  lines.push('', palette.dim(legend(compiled)))
  return lines.join('\n') + '\n'
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, width(text)), 0)
}

/** Only the time: what became of the step is said by its mark. */
function timeOf(step: StepHappened | undefined): string {
  return step?.seconds === undefined ? '' : secondsText(step.seconds)
}

function gapBefore(columns: number): number {
  return columns === 0 ? 0 : columns + 2
}

function paintOf({ status }: StepHappened, palette: Palette): (text: string) => string {
  if (status === 'succeeded') return palette.success
  return status === 'failed' ? palette.error : palette.warning
}

/** The words behind each step, each to be kept whole: `← a,`, `b`, `⇠ c`. */
function needsOfAll({ flow, graph }: CompiledFlow, longest: number): readonly (readonly string[])[] {
  const needs = flow.steps.map(() => ({ data: new Array<string>(), order: new Array<string>() }))
  for (const { from, to, kind } of graph.edges)
    needs[to]?.[kind].push(elide(flow.steps[from]?.id ?? '', longest))
  return needs.map(({ data, order }) => [...listed('←', data), ...listed('⇠', order)])
}

function listed(arrow: string, ids: readonly string[]): readonly string[] {
  return ids.map((id, index) => `${index === 0 ? `${arrow} ` : ''}${id}${index < ids.length - 1 ? ',' : ''}`)
}

/** Words in lines behind an indent; where a list goes on, it stands a little further in. */
function broken(words: readonly string[], indent: number, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    if (line !== '' && indent + width(line) + 1 + width(word) > columns) {
      lines.push(line)
      line = /^[←⇠]/.test(word) ? word : `  ${word}`
    } else line += line === '' ? word : ` ${word}`
  }
  return [...lines, line]
}

function legend({ graph }: CompiledFlow): string {
  const kinds = new Set(graph.edges.map(({ kind }) => kind))
  const signs = ['● on the critical path']
  if (kinds.has('data')) signs.push('← uses the output of')
  if (kinds.has('order')) signs.push('⇠ only comes after')
  return ` ${signs.join('   ')}`
}
