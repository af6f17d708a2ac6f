import type { Graph } from '../graph/graph.ts'
import { heights } from '../graph/order.ts'
import type { Clock } from '../llms/world.ts'
import { Plan, type Decision } from './plan.ts'
import { WaitingUnits } from './waiting-units.ts'

/** What holds the steps of one LLM back. */
export interface Gate {
  /** Whether one more may run. */
  readonly free: boolean
  /** Milliseconds until this item of a step may start; 0 for now. */
  startDelay(now: number, step: number, item: number): number
}

/** What the scheduler is told, and whom it tells. Steps are numbers of the graph, items count from 0. */
export interface Schedule {
  readonly graph: Graph
  /** How many items each step has; 1 for a step without `for_each`. */
  readonly itemCounts: readonly number[]
  /** The most items of a step that run at a time. */
  readonly itemLimit: (step: number) => number
  /** Undefined for steps that nothing but `maxConcurrency` holds back. */
  readonly gateOf: (step: number) => Gate | undefined
  readonly maxConcurrency: number
  readonly clock: Clock
  /** Aborted: nothing more starts, and what runs gets `graceMs` to end. */
  readonly signal: AbortSignal
  readonly graceMs: number
  readonly onReady: (step: number) => void
  readonly onBlocked: (step: number) => void
  /** All items of a step have succeeded; called before anything that needs it starts. */
  readonly onComplete: (step: number) => void
  /** Runs an item; whether it succeeded. Never throws or rejects for anything that a step does. */
  readonly start: (step: number, item: number) => boolean | Promise<boolean>
}

/**
 * Runs every step once all that it needs has ended, most urgent first: the longest way to an end, then file order, then
 * item order. Resolves when every step has ended, or when the signal was aborted and what ran has ended too.
 *
 * One loop owns all that changes. It drains what has finished, starts what it may, and sleeps until something happens;
 * a step that ends without waiting for anything is settled on the spot, so a long chain of them is a loop, not a stack.
 */
export async function schedule(options: Schedule): Promise<void> {
  const { graph, itemCounts, clock, signal } = options
  const plan = new Plan(graph, itemCounts)
  const { firstUnit, stepOfUnit } = numberUnits(graph, itemCounts)
  const gateOf = (unit: number): Gate | undefined => options.gateOf(stepOfUnit[unit] ?? 0)
  const waiting = new WaitingUnits({
    gateOf,
    delayOf(unit) {
      const gate = gateOf(unit)
      if (gate?.free === false) return Infinity
      const step = stepOfUnit[unit] ?? 0
      return gate?.startDelay(clock.now(), step, unit - (firstUnit[step] ?? 0)) ?? 0
    },
  })
  const nextItem = new Int32Array(graph.size)
  const finished: { readonly unit: number; readonly succeeded: boolean }[] = []
  let running = 0
  let crash: { readonly error: unknown } | undefined
  let wake = (): void => {}

  const enqueue = (step: number): void => {
    const item = nextItem[step] ?? 0
    if (item >= (itemCounts[step] ?? 0)) return
    nextItem[step] = item + 1
    waiting.add((firstUnit[step] ?? 0) + item)
  }

  const follow = (decisions: readonly Decision[]): void => {
    for (const { step, kind } of decisions) {
      if (kind === 'blocked') {
        options.onBlocked(step)
        continue
      }
      options.onReady(step)
      if (itemCounts[step] === 0) options.onComplete(step)
      const width = Math.min(itemCounts[step] ?? 0, options.itemLimit(step))
      for (let started = 0; started < width; started++) enqueue(step)
    }
  }

  const settle = (unit: number, succeeded: boolean): void => {
    const step = stepOfUnit[unit] ?? 0
    waiting.ended(unit)
    // Once stopped, nothing more is decided: all that has not ended has been cancelled.
    if (signal.aborted) return
    const decisions = plan.settleItem(step, succeeded)
    if (plan.hasSucceeded(step)) options.onComplete(step)
    enqueue(step)
    follow(decisions)
  }

  /** Starts all that may start; returns the milliseconds until a gate opens, if one is only a matter of time. */
  const dispatch = (): number => {
    for (;;) {
      if (running >= options.maxConcurrency || signal.aborted) return Infinity
      const now = clock.now()
      const unit = waiting.take(now)
      if (unit === undefined) return waiting.delay(now)
      const step = stepOfUnit[unit] ?? 0
      const outcome = options.start(step, unit - (firstUnit[step] ?? 0))
      if (typeof outcome === 'boolean') {
        settle(unit, outcome)
        continue
      }
      running++
      outcome.then(
        (succeeded) => {
          finished.push({ unit, succeeded })
          wake()
        },
        (error: unknown) => {
          crash = { error }
          wake()
        },
      )
    }
  }

  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  try {
    follow(plan.start())
    let end = Infinity
    for (;;) {
      for (const { unit, succeeded } of finished.splice(0)) {
        running--
        settle(unit, succeeded)
      }
      const delay = dispatch()
      if (crash !== undefined) throw crash.error
      const now = clock.now()
      if (signal.aborted) end = Math.min(end, now + options.graceMs)
      if ((running === 0 && delay === Infinity) || now >= end) break
      await sleepUntilWoken(Math.min(delay, end - now))
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
  }

  async function sleepUntilWoken(delayMs: number): Promise<void> {
    const timer = delayMs === Infinity ? undefined : new AbortController()
    await new Promise<void>((resolve) => {
      wake = resolve
      if (timer !== undefined) clock.sleep(delayMs, timer.signal).then(resolve, resolve)
    })
    timer?.abort()
  }
}

/** Numbers every item of every step so that a smaller number is more urgent. */
function numberUnits(
  graph: Graph,
  itemCounts: readonly number[],
): { readonly firstUnit: Int32Array; readonly stepOfUnit: Int32Array } {
  const height = heights(graph)
  const steps = Array.from({ length: graph.size }, (_, step) => step).sort(
    (a, b) => (height[b] ?? 0) - (height[a] ?? 0) || a - b,
  )
  const firstUnit = new Int32Array(graph.size)
  const stepOfUnit = new Int32Array(itemCounts.reduce((sum, count) => sum + count, 0))
  let unit = 0
  for (const step of steps) {
    firstUnit[step] = unit
    const end = unit + (itemCounts[step] ?? 0)
    stepOfUnit.fill(step, unit, end)
    unit = end
  }
  return { firstUnit, stepOfUnit }
}
