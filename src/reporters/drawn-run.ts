import type { CompiledFlow } from '../graph/compile.ts'
import type { Happened, StepHappened } from '../graph/draw/happened.ts'
import { lastToEnd, pastRun, type Account, type PastRun, type PastStep } from '../run/past-run.ts'

export type DrawnRun =
  | { readonly ok: true; readonly happened: Happened }
  /** The result is not one of this flow; the message says why not. */
  | { readonly ok: false; readonly message: string }

/** A run as the drawings of its flow show it. */
export function drawnRun({ flow, graph }: CompiledFlow, account: Account): DrawnRun {
  const run = pastRun(account)
  if (run.flow !== flow.name)
    return { ok: false, message: `it is of the flow "${run.flow}", not of "${flow.name}"` }
  const nodes = new Map(flow.steps.map(({ id }, node) => [id, node]))
  const foreign = [...run.groups.keys()].find((group) => !nodes.has(group))
  if (foreign !== undefined)
    return { ok: false, message: `it has a step "${foreign}", which this version of the flow has not` }
  // A step over an empty list runs for nothing, and then the result does not hold it.
  const missing = flow.steps.find(({ id, forEach }) => forEach === undefined && !run.groups.has(id))
  if (missing !== undefined)
    return { ok: false, message: `it has no step "${missing.id}", which this version of the flow has` }
  const steps = flow.steps.map(({ id }) => stepHappened(run.groups.get(id) ?? []))
  return {
    ok: true,
    happened: {
      status: run.status,
      seconds: run.durationMs / 1000,
      steps,
      path: pathOf(run, nodes, graph.size),
    },
  }
}

function pathOf(run: PastRun, nodes: ReadonlyMap<string, number>, size: number): readonly number[] {
  const path = run.criticalPath.flatMap((id) => nodes.get(run.steps.get(id)?.group ?? '') ?? [])
  return [...new Set(path)].slice(0, size)
}

function stepHappened(items: readonly PastStep[]): StepHappened | undefined {
  if (items.length === 0) return undefined
  const worst = (['failed', 'cancelled', 'blocked', 'skipped'] as const).find((status) =>
    items.some((item) => item.status === status),
  )
  const start = items.reduce((least, { ran }) => Math.min(least, ran?.startAt ?? Infinity), Infinity)
  const end = lastToEnd(items)?.ran?.endAt
  return {
    status: worst ?? 'succeeded',
    startSeconds: end === undefined ? undefined : start / 1000,
    seconds: end === undefined ? undefined : (end - start) / 1000,
    items: items.length,
    model: items.find(({ model }) => model !== null)?.model?.model,
    itemsSucceeded: items.filter(({ status }) => status === 'succeeded').length,
  }
}
