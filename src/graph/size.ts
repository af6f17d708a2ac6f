import { countItems } from '../flow/for-each.ts'
import type { CompiledFlow } from './compile.ts'
import { criticalPath } from './order.ts'

/** How large a flow is, in words: `5 steps (9 with items), 6 edges, critical path 4`. */
export function describeSize({ flow, graph }: CompiledFlow): string {
  let runs = 0
  let isKnown = true
  for (const { forEach } of flow.steps) {
    const count = forEach === undefined ? 1 : countItems(forEach.items)
    if (count === undefined) isKnown = false
    runs += count ?? 1
  }
  const hasItems = flow.steps.some(({ forEach }) => forEach !== undefined)
  const withItems = hasItems ? ` (${isKnown ? runs : `${runs} or more`} with items)` : ''
  const steps = `${counted(flow.steps.length, 'step')}${withItems}`
  return `${steps}, ${counted(graph.edges.length, 'edge')}, critical path ${criticalPath(graph).length}`
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}
