import { cancelledBecause } from '../../src/run/cancelled.ts'
import { createResult } from '../../src/run/result.ts'
import type { Json, RunEvent } from '../../src/index.ts'
import { answerOf, fatesOf, succeeds, type RandomRun, type RandomStep } from './arbitrary-graph.ts'
import type { Told } from './front-door.ts'

/** When a run was told to stop. */
export interface Stop {
  /** How many events it had told by then. */
  readonly afterEvents: number
  readonly at: number
}

/** An item of a step, followed through the events of a run. */
interface Unit {
  readonly id: string
  readonly position: number
  readonly item: number
  readyAt: number | undefined
  startedAt: number | undefined
  settledAt: number | undefined
  settledAs: 'step-succeeded' | 'step-failed' | 'step-blocked' | 'step-cancelled' | undefined
  openAttempts: number
}

/**
 * Everything that must hold for the events and the result of a run, whatever its graph; throws with the first law that
 * is broken. The numbers in brackets are those of the study's second suite.
 */
export class RunLaws {
  readonly #run: RandomRun
  readonly #told: Told
  readonly #stop: Stop | undefined
  readonly #units = new Map<string, Unit>()
  readonly #unitsOf: Unit[][] = []
  /** Ready, not started, not settled. */
  readonly #ready = new Set<Unit>()
  /** Calls that run, by LLM (a position) and by step (an id). */
  readonly #runningOf = new Map<string | number, number>()
  #running = 0
  #stoppedAt: number | undefined

  constructor(run: RandomRun, told: Told, stop: Stop | undefined) {
    this.#run = run
    this.#told = told
    this.#stop = stop
    for (const [position, step] of run.graph.steps.entries()) {
      const units = fatesOf(step).map((_, item): Unit => ({
        id: step.items === undefined ? step.id : `${step.id}[${item}]`,
        position,
        item,
        readyAt: undefined,
        startedAt: undefined,
        settledAt: undefined,
        settledAs: undefined,
        openAttempts: 0,
      }))
      this.#unitsOf.push(units)
      for (const unit of units) this.#units.set(unit.id, unit)
    }
  }

  check(): void {
    const { events } = this.#told
    law(events[0]?.type === 'run-started' && events[0].at === 0, 'run-started comes first')
    law(events.at(-1)?.type === 'run-finished', 'run-finished comes last')
    let at = 0
    for (const [index, event] of events.entries()) {
      law(event.at >= at, 'time never goes back', event)
      if (event.at > at) this.#checkNothingIdles(at)
      at = event.at
      const { stop } = this.#run
      if (index >= (this.#stop?.afterEvents ?? Infinity)) this.#stoppedAt ??= this.#stop?.at
      if (stop.kind === 'timeout' && at >= stop.ms) this.#stoppedAt ??= stop.ms
      this.#follow(event, index === 0 || index === events.length - 1)
    }
    for (const unit of this.#units.values()) {
      law(unit.settledAs !== undefined, 'every step has a settling event (I4)', unit)
      law(unit.openAttempts === 0, 'every attempt ends (I10)', unit)
    }
    this.#checkFates()
    this.#checkResult()
    this.#checkMakespan()
  }

  #follow(event: RunEvent, isEdge: boolean): void {
    if (event.type === 'run-started' || event.type === 'run-finished') {
      law(isEdge, 'a run starts and finishes once', event)
      return
    }
    const unit = this.#units.get(event.step)
    if (unit === undefined) throw new Error(`no such step: ${event.step}`)
    const step = this.#step(unit)
    law(unit.settledAs === undefined, 'nothing happens to a step that has ended (I4)', event)
    switch (event.type) {
      case 'step-ready':
        law(unit.readyAt === undefined, 'a step is ready once', event)
        this.#checkNeeds(step, event)
        unit.readyAt = event.at
        this.#ready.add(unit)
        break
      case 'step-started':
        law(unit.readyAt !== undefined, 'a step is ready before it starts', event)
        law(unit.startedAt === undefined, 'a step starts once (I1)', event)
        law(this.#stoppedAt === undefined, 'nothing starts after the run was stopped (I8)', event)
        this.#checkNeeds(step, event)
        this.#checkInputs(step, unit, event.prompt_inputs)
        unit.startedAt = event.at
        this.#ready.delete(unit)
        if (step.kind === 'value') break
        this.#count(step, 1)
        this.#checkLimits(step)
        break
      case 'attempt-started':
        law(this.#stoppedAt === undefined, 'no attempt starts after the run was stopped (I8)', event)
        law(unit.startedAt !== undefined && unit.openAttempts++ === 0, 'attempts follow each other', event)
        break
      case 'attempt-first-token':
        law(unit.openAttempts === 1, 'a token belongs to an attempt', event)
        break
      case 'attempt-finished':
        law(--unit.openAttempts === 0, 'an attempt ends once (I10)', event)
        break
      case 'step-succeeded':
      case 'step-failed':
      case 'step-blocked':
      case 'step-cancelled':
        if (unit.startedAt !== undefined && step.kind === 'llm') this.#count(step, -1)
        this.#ready.delete(unit)
        unit.settledAt = event.at
        unit.settledAs = event.type
        if (event.type === 'step-failed' && this.#run.failFast) this.#stoppedAt ??= event.at
        if (event.type === 'step-blocked') this.#checkBlocked(step, unit, event.by)
        break
      case 'step-expanded':
      case 'step-skipped':
      case 'tool-call-started':
      case 'tool-call-finished':
      case 'flow-event':
        // These random runs have no lists that steps make, no conditions, no tools and no flows inside.
        law(false, 'nothing happens that cannot', event)
    }
    // Scripted calls end the moment they are aborted; events are told to the microsecond.
    law(
      event.at <= (this.#stoppedAt ?? Infinity) + 0.001,
      'after a stop everything is settled at once (I8)',
      event,
    )
  }

  #checkNeeds(step: RandomStep, event: RunEvent): void {
    for (const need of needsOf(step))
      for (const unit of this.#unitsOf[need] ?? [])
        law(unit.settledAs === 'step-succeeded', 'a step waits for all that it needs (I2)', event)
  }

  #checkInputs(step: RandomStep, unit: Unit, inputs: Readonly<Record<string, Json>>): void {
    const expected: Record<string, Json> = {}
    for (const need of step.dataNeeds) expected[`s${need}`] = outputOf(this.#run.graph.steps, need)
    if (step.items !== undefined) Object.assign(expected, { item: unit.item, index: unit.item })
    law(same(inputs, expected), 'a step sees the outputs of what it needs, whatever the order (I7)', {
      inputs,
      expected,
    })
  }

  #checkLimits(step: RandomStep): void {
    const { maxConcurrency, graph } = this.#run
    law(this.#running <= maxConcurrency, 'no more run than may (I3)', step)
    law(
      !(this.#ofLlm(step) > (graph.llms[step.llm] ?? Infinity)),
      'no more calls of an LLM than may (I3)',
      step,
    )
    law(!(this.#ofStep(step) > (step.itemLimit ?? Infinity)), 'no more items of a step than may (I3)', step)
  }

  /** When time passes, whatever is ready and does not run is held back by a limit. */
  #checkNothingIdles(at: number): void {
    const { maxConcurrency, graph } = this.#run
    if (this.#stoppedAt !== undefined || this.#running >= maxConcurrency) return
    for (const unit of this.#ready) {
      const step = this.#step(unit)
      const isHeld =
        this.#ofLlm(step) >= (graph.llms[step.llm] ?? Infinity) ||
        this.#ofStep(step) >= (step.itemLimit ?? Infinity)
      law(isHeld, 'no slot is idle while a step is ready (I5)', { at, unit })
    }
  }

  #ofLlm({ llm }: RandomStep): number {
    return this.#runningOf.get(llm) ?? 0
  }

  #ofStep({ id }: RandomStep): number {
    return this.#runningOf.get(id) ?? 0
  }

  /** A call begins or ends. */
  #count({ id, llm }: RandomStep, change: 1 | -1): void {
    this.#running += change
    for (const key of [id, llm]) this.#runningOf.set(key, (this.#runningOf.get(key) ?? 0) + change)
  }

  #checkBlocked(step: RandomStep, unit: Unit, by: readonly string[]): void {
    const expected = needsOf(step).filter((need) =>
      (this.#unitsOf[need] ?? []).some(({ settledAs }) => settledAs !== 'step-succeeded'),
    )
    const names = expected.map((need) => `s${need}`)
    law(expected.length > 0 && same(by.toSorted(), names.toSorted()), 'only a failure blocks (I6)', {
      unit,
      by,
    })
  }

  /** Where nobody stops the run, what becomes of each step is known beforehand, in every order of events. */
  #checkFates(): void {
    const { steps } = this.#run.graph
    const isWhole = this.#stoppedAt === undefined
    const isFine: boolean[] = []
    for (const step of steps) {
      const isBlocked = needsOf(step).some((need) => isFine[need] !== true)
      isFine.push(!isBlocked && fatesOf(step).every((fate) => succeeds(step, fate)))
      for (const { settledAs, item } of this.#unitsOf[isFine.length - 1] ?? []) {
        const ending = succeeds(step, fatesOf(step)[item] ?? step.fate) ? 'step-succeeded' : 'step-failed'
        const expected = isBlocked ? 'step-blocked' : ending
        if (isWhole || settledAs !== 'step-cancelled')
          law(settledAs === expected, 'a failure blocks what needs it, and nothing else (I6)', {
            step,
            settledAs,
          })
      }
    }
  }

  #checkResult(): void {
    const { events, result } = this.#told
    const fold = createResult({ keepRaw: true })
    for (const event of events) {
      const copy = JSON.parse(JSON.stringify(event)) as RunEvent
      law(same(copy, event), 'an event is plain JSON', event)
      fold.apply(copy)
    }
    law(same(fold.result(), result), 'the result is a reading of the events')
    const units = [...this.#units.values()]
    const isFailed = units.some(({ settledAs }) => settledAs === 'step-failed')
    const isCancelled = units.some(({ settledAs }) => settledAs === 'step-cancelled')
    law(!isCancelled || this.#stoppedAt !== undefined, 'nothing is cancelled that nobody stopped')
    const ended = isFailed ? 'failed' : 'succeeded'
    const isInterrupted =
      isCancelled &&
      units.some(
        ({ id }) =>
          result.steps[id]?.reason !== cancelledBecause['fail-fast'] &&
          result.steps[id]?.status === 'cancelled',
      )
    law(result.status === (isInterrupted ? 'cancelled' : ended), 'the run says how it ended', result.status)
    for (const [position, step] of this.#run.graph.steps.entries()) {
      const isGiven = (this.#unitsOf[position] ?? []).every(({ settledAs }) => settledAs === 'step-succeeded')
      const expected = isGiven ? outputOf(this.#run.graph.steps, position) : undefined
      law(same(result.outputs[step.id], expected), 'outputs do not depend on the order (I7)', step.id)
    }
  }

  /** Graham's bound for a list schedule, and what no schedule can beat; where only the number of slots limits. */
  #checkMakespan(): void {
    const { maxConcurrency, graph } = this.#run
    const isLimited =
      graph.llms.some((limit) => limit !== undefined) ||
      graph.steps.some(({ items, itemLimit }) => items !== undefined && itemLimit !== undefined)
    if (this.#stoppedAt !== undefined || isLimited) return
    let work = 0
    let longest = 0
    const ends: number[] = []
    for (const [position, step] of graph.steps.entries()) {
      const before = Math.max(0, ...needsOf(step).map((need) => ends[need] ?? 0))
      const times = (this.#unitsOf[position] ?? []).map(
        (unit) => (unit.settledAt ?? 0) - (unit.startedAt ?? unit.settledAt ?? 0),
      )
      for (const time of times) work += time
      ends.push(before + Math.max(0, ...times))
      longest = Math.max(longest, ends.at(-1) ?? 0)
    }
    const makespan = this.#told.events.at(-1)?.at ?? 0
    const slack = 1e-6
    law(makespan >= Math.max(longest, work / maxConcurrency) - slack, 'no run beats its own work (I9)')
    const bound = longest + (work - longest) / maxConcurrency
    law(makespan <= bound + slack, "the makespan is within Graham's bound (I9)", { makespan, bound })
  }

  #step({ position }: Unit): RandomStep {
    const step = this.#run.graph.steps[position]
    if (step === undefined) throw new Error(`no step ${position}`)
    return step
  }
}

function needsOf({ dataNeeds, orderNeeds }: RandomStep): readonly number[] {
  return [...dataNeeds, ...orderNeeds]
}

/** What a step gives when all of it ends well. */
function outputOf(steps: readonly RandomStep[], position: number): Json {
  const step = steps[position]
  if (step === undefined) throw new Error(`no step ${position}`)
  return step.items === undefined
    ? valueOf(steps, step, 0)
    : step.items.map((_, item) => valueOf(steps, step, item))
}

function valueOf(steps: readonly RandomStep[], step: RandomStep, item: number): Json {
  const answer = answerOf(step, item)
  return step.kind === 'llm' ? answer : [answer, ...step.dataNeeds.map((need) => outputOf(steps, need))]
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function law(holds: boolean, sentence: string, facts?: unknown): void {
  if (!holds) throw new Error(`${sentence}${facts === undefined ? '' : `: ${JSON.stringify(facts)}`}`)
}
