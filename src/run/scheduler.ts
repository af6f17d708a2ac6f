import type { Graph } from '../graph/graph.ts'
import { heights } from '../graph/order.ts'
import type { Clock } from '../llms/world.ts'
import { Plan, type Decision, type Ending } from './plan.ts'
import type { Slots } from './slots.ts'
import { WaitingUnits } from './waiting-units.ts'

/** What holds the steps of one LLM back. */
export interface Gate {
  /** Whether one more may run. */
  readonly free: boolean
  /** Milliseconds until this item of a step may start; 0 for now. */
  startDelay(now: number, step: number, item: number): number
  /** The gates that may open, this one among them, when a step behind this one ends; undefined for itself alone. */
  readonly beside?: ReadonlySet<Gate> | undefined
}

/** What the scheduler is told, and whom it tells. Steps are numbers of the graph, items count from 0. */
export interface Schedule {
  readonly graph: Graph
  /** Whether a step is skipped only when all that it uses was skipped. */
  readonly joinsAny: (step: number) => boolean
  /** No step has more items than this. */
  readonly maxItems: number
  /** The most items of a step that run at a time. */
  readonly itemLimit: (step: number) => number
  /** Whether the items of a step take a slot; one that only waits for others takes none. */
  readonly takesSlot: (step: number) => boolean
  /** Undefined for steps that nothing but the slots hold back. */
  readonly gateOf: (step: number) => Gate | undefined
  /** Shared by runs inside each other. */
  readonly slots: Slots
  readonly clock: Clock
  /** Aborted: nothing more starts, and what runs gets `graceMs` to end. */
  readonly signal: AbortSignal
  readonly graceMs: number
  /**
   * All that a step needs is decided and lets it run: how many items it has (1 without `for_each`), or that it runs not
   * at all, since its condition is false or something about it cannot be worked out.
   */
  readonly open: (step: number) => number | 'skipped' | 'hurt'
  readonly onBlocked: (step: number) => void
  /** Something that a step cannot do without was skipped. */
  readonly onSkipped: (step: number) => void
  /** All items of a step have succeeded; called before anything that needs it starts. */
  readonly onComplete: (step: number) => void
  /** Runs an item; whether it succeeded. Never throws or rejects for anything that a step does. */
  readonly start: (step: number, item: number) => boolean | Promise<boolean>
}

/** Steps that end without waiting for anything, one after the other, before anything else gets its turn. */
const MOST_AT_ONCE = 4096

/**
 * Runs every step once all that it needs has ended, most urgent first: the longest way to an end, then file order, then
 * item order. Resolves when every step has ended, or when the signal was aborted and what ran has ended too.
 *
 * One loop owns all that changes. It drains what has finished, starts what it may, and sleeps until something happens;
 * a step that ends without waiting for anything is settled on the spot, so a long chain of them is a loop, not a stack.
 */
export async function schedule(options: Schedule): Promise<void> {
  const { graph, maxItems, slots, clock, signal } = options
  const plan = new Plan(graph, options.joinsAny)
  const { ranks, steps } = rank(graph)
  // A step's items are numbered so that a smaller number is more urgent.
  const unitOf = (step: number, item: number): number => (ranks[step] ?? 0) * maxItems + item
  const stepOf = (unit: number): number => steps[Math.floor(unit / maxItems)] ?? 0
  const gateOf = (unit: number): Gate | undefined => options.gateOf(stepOf(unit))
  const waiting = new WaitingUnits({
    gateOf,
    delayOf(unit) {
      const gate = gateOf(unit)
      if (gate?.free === false) return Infinity
      return gate?.startDelay(clock.now(), stepOf(unit), unit % maxItems) ?? 0
    },
    openedBy: (unit) => gateOf(unit)?.beside,
  })
  const itemCounts = new Int32Array(graph.size)
  const nextItem = new Int32Array(graph.size)
  const finished: { readonly unit: number; readonly succeeded: boolean }[] = []
  let running = 0
  let crash: { readonly error: unknown } | undefined
  let wake = (): void => {}
  /** Whether everything else should get its turn. */
  let isTurnDue = false
  let hasProgressElsewhere = false
  const onProgressElsewhere = (): void => {
    hasProgressElsewhere = true
    wake()
  }

  const enqueue = (step: number): void => {
    const item = nextItem[step] ?? 0
    if (item >= (itemCounts[step] ?? 0)) return
    nextItem[step] = item + 1
    waiting.add(unitOf(step, item))
  }

  /** Opens a step; how it has ended, if it has by that. */
  const open = (step: number): Ending | undefined => {
    const items = options.open(step)
    if (typeof items === 'string') return items
    if (items === 0) {
      options.onComplete(step)
      return 'succeeded'
    }
    plan.begin(step, items)
    itemCounts[step] = items
    const width = Math.min(items, options.itemLimit(step))
    for (let started = 0; started < width; started++) enqueue(step)
    return undefined
  }

  const decide = ({ step, kind }: Decision): Ending | undefined => {
    if (kind === 'open') return open(step)
    if (kind === 'blocked') options.onBlocked(step)
    else options.onSkipped(step)
    return kind === 'blocked' ? 'hurt' : 'skipped'
  }

  /** A loop, since chains of steps that never run can be long. */
  const follow = (decisions: readonly Decision[]): void => {
    const undecided = [...decisions]
    for (const decision of undecided) {
      const ending = decide(decision)
      if (ending === undefined) continue
      for (const next of plan.settle(decision.step, ending)) undecided.push(next)
    }
  }

  const settle = (unit: number, succeeded: boolean): void => {
    const step = stepOf(unit)
    waiting.ended(unit)
    // Once stopped, nothing more is decided: all that has not ended has been cancelled.
    if (signal.aborted) return
    const ending = plan.settleItem(step, succeeded)
    if (ending === undefined) {
      enqueue(step)
      return
    }
    if (ending === 'succeeded') options.onComplete(step)
    follow(plan.settle(step, ending))
  }

  /** Starts all that may start; returns the milliseconds until a gate opens, if one is only a matter of time. */
  const dispatch = (): number => {
    for (let settledAtOnce = 0; ;) {
      if (!slots.free || signal.aborted) return Infinity
      const now = clock.now()
      const unit = waiting.take(now)
      if (unit === undefined) return waiting.delay(now)
      const step = stepOf(unit)
      const outcome = options.start(step, unit % maxItems)
      if (typeof outcome === 'boolean') {
        settle(unit, outcome)
        // However many steps wait for nothing, a signal and a time limit come through.
        if (++settledAtOnce < MOST_AT_ONCE) continue
        isTurnDue = true
        return 0
      }
      running++
      const takesSlot = options.takesSlot(step)
      if (takesSlot) slots.take()
      outcome.then(
        (succeeded) => {
          if (takesSlot) slots.give(onProgressElsewhere)
          else slots.tell(onProgressElsewhere)
          finished.push({ unit, succeeded })
          wake()
        },
        (error: unknown) => {
          if (takesSlot) slots.give(onProgressElsewhere)
          else slots.tell(onProgressElsewhere)
          crash = { error }
          wake()
        },
      )
    }
  }

  const onAbort = (): void => wake()
  signal.addEventListener('abort', onAbort)
  slots.join(onProgressElsewhere)
  try {
    follow(plan.start())
    let end = Infinity
    for (;;) {
      if (hasProgressElsewhere) waiting.askAgain()
      hasProgressElsewhere = false
      for (const { unit, succeeded } of finished.splice(0)) {
        running--
        settle(unit, succeeded)
      }
      const delay = dispatch()
      if (crash !== undefined) throw crash.error
      const now = clock.now()
      if (signal.aborted) end = Math.min(end, now + options.graceMs)
      // What still waits then waits for a run around this one, or beside it, to give something back.
      const isOver = running === 0 && (waiting.isEmpty || signal.aborted)
      if (isOver || now >= end) break
      // A step that was started just now may have let go of something.
      if (hasProgressElsewhere) continue
      if (isTurnDue) {
        isTurnDue = false
        await new Promise(setImmediate)
        continue
      }
      await sleepUntilWoken(Math.min(delay, end - now))
    }
  } finally {
    signal.removeEventListener('abort', onAbort)
    slots.leave(onProgressElsewhere)
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

/** The steps, most urgent first, and the place of each among them. */
function rank(graph: Graph): { readonly ranks: Int32Array; readonly steps: Int32Array } {
  const height = heights(graph)
  const steps = Int32Array.from({ length: graph.size }, (_, step) => step).sort(
    (a, b) => (height[b] ?? 0) - (height[a] ?? 0) || a - b,
  )
  const ranks = new Int32Array(graph.size)
  for (const [place, step] of steps.entries()) ranks[step] = place
  return { ranks, steps }
}
