import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Related } from '../diagnostics/diagnostic.ts'
import type { Flow, Step } from '../flow/flow.ts'
import { edgeWorths, type EdgeWorth } from './edge-worth.ts'
import type { Edge, Graph } from './graph.ts'

/**
 * Says of each connection that carries no data what it does: a warning when it makes runs longer, a note otherwise.
 * Most often a placeholder was forgotten, so the help says which and where.
 */
export function auditEdges(flow: Flow, graph: Graph, diagnosis: Diagnosis): void {
  for (const [edge, worth] of edgeWorths(graph)) {
    const [from, to] = [flow.steps[edge.from], flow.steps[edge.to]]
    if (from === undefined || to === undefined || talkTogether(from, to)) continue
    const { template, related } = promptOf(to)
    const key = outputKeyOf(from)
    const forgotten = `if it should use that, write {${key}} in ${template}, which lacks it`
    const message = messageOf(edge, worth, (node) => flow.steps[node]?.id ?? '')
    const more = {
      help: `${forgotten}; ${otherwise[worth.kind]}`,
      ...(related === undefined ? {} : { related: [related] }),
    }
    if (worth.kind === 'lengthening') diagnosis.warning('order-only-connection', edge.span, message, more)
    else diagnosis.note('order-only-connection', edge.span, message, more)
  }
}

/** What carries nothing else carries what was said. */
function talkTogether(from: Step, to: Step): boolean {
  const name = from.kind === 'llm' ? from.conversation?.name : undefined
  return name !== undefined && to.kind === 'llm' && to.conversation?.name === name
}

const otherwise = {
  implied: 'otherwise remove the connection, which changes nothing',
  lengthening: 'otherwise remove the connection, unless the order matters',
  free: 'if only the order matters, leave it as it is',
} as const

function messageOf(edge: Edge, worth: EdgeWorth, idOf: (node: number) => string): string {
  const [from, to] = [`"${idOf(edge.from)}"`, `"${idOf(edge.to)}"`]
  switch (worth.kind) {
    case 'implied':
      return `${to} comes after ${from} anyway, through ${way(worth.through.map(idOf))}, and uses nothing that it gives`
    case 'lengthening': {
      const what = worth.alone ? 'this makes' : 'this and other connections make'
      const steps = worth.to === 1 ? '1 step' : `${worth.to} steps`
      return `${to} waits for ${from}, but uses nothing that it gives: ${what} the critical path ${steps} instead of ${worth.from}`
    }
    case 'free':
      return `${to} comes after ${from}, but uses nothing that it gives`
  }
}

/** The steps of a way, the middle of a long one left out. */
function way(ids: readonly string[]): string {
  const quoted = ids.map((id) => `"${id}"`)
  return quoted.length > 4
    ? `${quoted.slice(0, 2).join(' → ')} → … → ${quoted.at(-1) ?? ''}`
    : quoted.join(' → ')
}

/** The text in which a variable may have been forgotten. */
function promptOf(step: Step): { readonly template: string; readonly related?: Related } {
  if (step.kind === 'value') return { template: 'its value' }
  if (step.kind !== 'llm') return { template: `its ${step.kind}` }
  const template = step.promptSource?.template
  if (template === undefined || step.promptSource === undefined) return { template: 'its prompt' }
  const { span } = step.promptSource
  return { template: `the template "${template}"`, related: { message: 'the template is here', span } }
}

/** How a prompt would name what a step gives: the first of its keys, when each item has one. */
function outputKeyOf({ outputKey }: Step): string {
  return outputKey.replaceAll('{index}', '0')
}
