import { heights } from '../graph/order.ts'
import type { Graph } from '../graph/graph.ts'
import type { Analysis } from './analysis.ts'
import type { PastRun, PastStep } from './past-run.ts'
import { Plan, type Decision } from './plan.ts'
import { ReadyQueue } from './ready-queue.ts'

/** How long a run would have taken with another `--max-concurrency`. */
export interface WhatIf {
  readonly maxConcurrency: number
  readonly durationMs: number
  /** Whether more would change nothing. */
  readonly isEnough: boolean
}

/** What holds steps back besides `--max-concurrency`: `max_concurrency` of an LLM, and of a step with items. */
export interface FlowLimits {
  readonly ofLlm: (llm: string) => number | undefined
  readonly ofStep: (step: string) => number | undefined
}

/** A change that is worth a word; less is no difference. */
const worthSaying = 0.05
const mostSteps = 2000
/** Times are whole milliseconds: what seems to end shortly after another has started may have made room for it. */
const roundingMs = 1.5

/**
 * The run again for 1, 2, 4, … at a time, each call taking as long as it did: in order, up to where more would change
 * nothing. Empty when nothing would change by 5 %, and when it cannot be known: the run did not succeed, it was held back
 * by limits in time, its calls share this machine, or the same reckoning does not give the time that it really took.
 */
export function whatIf(
  run: PastRun,
  { queueing }: Analysis,
  limits: FlowLimits | undefined,
): readonly WhatIf[] {
  const steps = [...run.steps.values()]
  if (run.status !== 'succeeded' || steps.length > mostSteps) return []
  if (steps.some(({ model }) => model?.provider === 'embedded')) return []
  if ([...queueing.values()].some(({ freedBy }) => freedBy === undefined)) return []
  // What waited may have waited for a limit of the flow, which then would hold it back again.
  if (limits === undefined && queueing.size > 0) return []
  const again = rerun(run, limits ?? { ofLlm: () => undefined, ofStep: () => undefined })
  const reckoned = again(mostAtOnce(steps))
  if (Math.abs(reckoned - run.durationMs) > worthSaying * run.durationMs) return []
  const least = again(Infinity)
  const found: WhatIf[] = []
  for (let maxConcurrency = 1; found.at(-1)?.isEnough !== true; maxConcurrency *= 2) {
    const durationMs = again(maxConcurrency)
    const isEnough = durationMs - least < worthSaying * least || maxConcurrency >= steps.length
    found.push({ maxConcurrency, durationMs, isEnough })
  }
  const isWorth = found.some(({ durationMs }) => Math.abs(durationMs - reckoned) >= worthSaying * reckoned)
  return isWorth ? found : []
}

function mostAtOnce(steps: readonly PastStep[]): number {
  const moments: (readonly [at: number, change: number])[] = []
  for (const { ran, kind } of steps)
    if (ran !== undefined && kind === 'llm' && ran.endAt > ran.startAt + roundingMs)
      moments.push([ran.startAt, 1], [ran.endAt - roundingMs, -1])
  moments.sort(([a, changeA], [b, changeB]) => a - b || changeA - changeB)
  let running = 0
  let most = 1
  for (const [, change] of moments) most = Math.max(most, (running += change))
  return most
}

/** The scheduler's rules on a clock that jumps: the most urgent first, one queue for each LLM. */
function rerun(run: PastRun, limits: FlowLimits): (maxConcurrency: number) => number {
  const groups = [...run.groups.values()]
  const atATime = [...run.groups.keys()].map((group) => limits.ofStep(group) ?? Infinity)
  const graph = graphOf(run)
  const height = heights(graph)
  const urgent = groups.map((_, group) => group).sort((a, b) => (height[b] ?? 0) - (height[a] ?? 0) || a - b)
  const units = urgent.flatMap((group) => (groups[group] ?? []).map((step) => ({ group, step })))
  const first = new Map<number, number>()
  for (const [unit, { group }] of units.entries()) if (!first.has(group)) first.set(group, unit)

  return (maxConcurrency) => {
    const plan = new Plan(graph, () => false)
    const queues = new Map<string | undefined, ReadyQueue>()
    const running = new Map<string | undefined, number>()
    const ends: { readonly at: number; readonly unit: number }[] = []
    let now = 0
    const nextItem = groups.map(() => 0)
    const enqueue = (group: number): void => {
      const item = nextItem[group] ?? 0
      if (item >= (groups[group]?.length ?? 0)) return
      nextItem[group] = item + 1
      const unit = (first.get(group) ?? 0) + item
      const llm = units[unit]?.step.model?.llm
      const queue = queues.get(llm) ?? new ReadyQueue()
      queues.set(llm, queue)
      queue.add(unit)
    }
    const follow = (decisions: readonly Decision[]): void => {
      for (const { step: group } of decisions) {
        const items = groups[group]?.length ?? 0
        plan.begin(group, items)
        const width = Math.min(items, atATime[group] ?? Infinity)
        for (let started = 0; started < width; started++) enqueue(group)
      }
    }
    const settle = (group: number): void => {
      const ending = plan.settleItem(group, true)
      if (ending === undefined) enqueue(group)
      else follow(plan.settle(group, ending))
    }
    const isFull = (llm: string | undefined): boolean =>
      llm !== undefined && (running.get(llm) ?? 0) >= (limits.ofLlm(llm) ?? Infinity)
    const nextQueue = (): ReadyQueue | undefined => {
      let best: ReadyQueue | undefined
      for (const [llm, queue] of queues) {
        if (queue.first === undefined || isFull(llm)) continue
        if (best?.first === undefined || queue.first < best.first) best = queue
      }
      return best
    }
    follow(plan.start())
    for (;;) {
      while (ends.length < maxConcurrency) {
        const unit = nextQueue()?.take()
        const step = unit === undefined ? undefined : units[unit]?.step
        if (unit === undefined || step === undefined) break
        const { startAt = 0, endAt = 0 } = step.ran ?? {}
        if (endAt <= startAt) {
          settle(units[unit]?.group ?? 0)
          continue
        }
        running.set(step.model?.llm, (running.get(step.model?.llm) ?? 0) + 1)
        insert(ends, { at: now + endAt - startAt, unit })
      }
      const end = ends.shift()
      if (end === undefined) return now
      now = end.at
      const { group = 0, step } = units[end.unit] ?? {}
      running.set(step?.model?.llm, (running.get(step?.model?.llm) ?? 1) - 1)
      settle(group)
    }
  }
}

/** Keeps what is sorted by time sorted. */
function insert<Item extends { readonly at: number }>(sorted: Item[], item: Item): void {
  let from = 0
  let to = sorted.length
  while (from < to) {
    const middle = (from + to) >> 1
    if ((sorted[middle]?.at ?? 0) <= item.at) from = middle + 1
    else to = middle
  }
  sorted.splice(from, 0, item)
}

/** The steps of the flow as they were in the run. */
function graphOf(run: PastRun): Graph {
  const nodes = new Map([...run.groups.keys()].map((group, node) => [group, node]))
  const needs = [...run.groups.values()].map((steps) =>
    (steps[0]?.needs ?? []).flatMap((need) => nodes.get(need) ?? []),
  )
  const dependents: number[][] = needs.map(() => [])
  for (const [node, ofNode] of needs.entries()) for (const need of ofNode) dependents[need]?.push(node)
  return { size: needs.length, edges: [], needs, dependents }
}
