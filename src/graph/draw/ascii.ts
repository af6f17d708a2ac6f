import { elide, padRight, width } from '../../source/width.ts'
import type { CompiledFlow } from '../compile.ts'
import { criticalPath, topologicalOrder } from '../order.ts'
import { describeSize } from '../size.ts'
import { timesItems } from './label.ts'

const COLUMNS = 80
const LONGEST_LABEL = 32

/**
 * The graph as a list, one stage under the other. A step stands in the first stage in which all it waits for has come
 * before; behind it stand the steps it waits for. At most 80 columns.
 *
 *     1 ● title_step
 *       │
 *     2 ○ song_step         ← title_step
 *       ● characters_step   ← title_step
 */
export function drawAscii(compiled: CompiledFlow): string {
  const { flow, graph } = compiled
  const critical = new Set(criticalPath(graph))
  const stages = stagesOf(compiled)
  const labels = flow.steps.map((step) => {
    const times = timesItems(step)
    return elide(step.id, LONGEST_LABEL - width(times)) + times
  })
  const labelWidth = labels.reduce((widest, label) => Math.max(widest, width(label)), 0)
  const needs = needsOfAll(compiled)
  const numberWidth = String(stages.length).length
  const lines = [`${flow.name}: ${describeSize(compiled)}`, '']
  for (const [stage, nodes] of stages.entries()) {
    if (stage > 0) lines.push(`${' '.repeat(numberWidth + 2)}│`)
    for (const [row, node] of nodes.entries()) {
      const number = row === 0 ? String(stage + 1) : ''
      const mark = critical.has(node) ? '●' : '○'
      const head = ` ${number.padStart(numberWidth)} ${mark} ${padRight(labels[node] ?? '', labelWidth)}`
      lines.push(...withNeeds(head, needs[node] ?? []))
    }
  }
  lines.push('', ...legend(compiled))
  return lines.join('\n') + '\n'
}

/** The nodes by the length of the longest way that leads to them. */
function stagesOf({ graph }: CompiledFlow): readonly (readonly number[])[] {
  const depth = new Int32Array(graph.size)
  const stages: number[][] = []
  for (const node of topologicalOrder(graph)) {
    const stage = (graph.needs[node] ?? []).reduce(
      (least, need) => Math.max(least, 1 + (depth[need] ?? 0)),
      0,
    )
    depth[node] = stage
    ;(stages[stage] ??= []).push(node)
  }
  return stages.map((nodes) => nodes.toSorted((a, b) => a - b))
}

/** The words behind each step, each to be kept whole: `← a,`, `b`, `⇠ c`. */
function needsOfAll({ flow, graph }: CompiledFlow): readonly (readonly string[])[] {
  const needs = flow.steps.map(() => ({ data: new Array<string>(), order: new Array<string>() }))
  for (const { from, to, kind } of graph.edges)
    needs[to]?.[kind].push(elide(flow.steps[from]?.id ?? '', LONGEST_LABEL))
  return needs.map(({ data, order }) => [...listed('←', data), ...listed('⇠', order)])
}

function listed(arrow: string, ids: readonly string[]): readonly string[] {
  return ids.map((id, index) => `${index === 0 ? `${arrow} ` : ''}${id}${index < ids.length - 1 ? ',' : ''}`)
}

/** Puts words behind the head, on further lines below where they do not fit. */
function withNeeds(head: string, words: readonly string[]): readonly string[] {
  const lines: string[] = []
  const indent = width(head) + 3
  let line = head
  for (const [index, word] of words.entries()) {
    const gap = index === 0 ? '   ' : ' '
    if (index > 0 && width(line + gap + word) > COLUMNS) {
      lines.push(line)
      line = ' '.repeat(indent + (/^[←⇠]/.test(word) ? 0 : 2)) + word
    } else line += gap + word
  }
  lines.push(line.trimEnd())
  return lines
}

function legend({ graph }: CompiledFlow): readonly string[] {
  const kinds = new Set(graph.edges.map(({ kind }) => kind))
  const signs = ['● on the critical path']
  if (kinds.has('data')) signs.push('← uses the output of')
  if (kinds.has('order')) signs.push('⇠ only comes after')
  return [` ${signs.join('   ')}`]
}
