import { Bits } from './bits.ts'
import { ConditionTruths } from './condition-truths.ts'
import type { Condition, Producer, Step } from './flow.ts'

/** Scenarios of all steps together take no more bits than this: 4 megabytes. */
const MOST_BITS = 2 ** 25

/**
 * Every way that the conditions of a flow can turn out together, and which steps run in each, by the rules of joins: a
 * step that is not skipped runs, and what it needs has ended well, or it would be blocked. Where there are too many ways
 * some stand for all. Conditions that ask the same are true together, and of those that compare the same with different
 * values no two are true; beside that, whatever can be true or false is so in some scenario.
 *
 * Takes time in proportion to steps and their uses; nothing when no step has a condition.
 */
export class Scenarios {
  readonly #steps: readonly Step[]
  readonly #producers: ReadonlyMap<string, Producer>
  readonly #truths: ConditionTruths
  /** By step: in which scenarios its join lets it run, and in which its condition does, too. */
  readonly #opens: (Bits | undefined)[]
  readonly #runs: (Bits | undefined)[]

  constructor(steps: readonly Step[], producers: ReadonlyMap<string, Producer>) {
    this.#steps = steps
    this.#producers = producers
    const conditions = steps.flatMap(({ when }) => (when === undefined ? [] : [when.expression]))
    this.#truths = new ConditionTruths(conditions, steps.length, MOST_BITS)
    this.#opens = steps.map(() => undefined)
    this.#runs = steps.map(() => undefined)
    if (conditions.length > 0) for (const position of inOrder(steps, producers)) this.#settle(position)
  }

  /** Whether a step runs in every scenario. */
  alwaysRuns(step: number): boolean {
    const runs = this.#runs[step]
    return runs === undefined || runs.copy().not().isEmpty
  }

  /** Whether at least one of these steps has run whenever a step runs. */
  isCertain(step: number, sources: readonly number[]): boolean {
    return this.#missing(this.#runs[step], sources) === undefined
  }

  /** The same for the moment when the step's condition is asked. */
  isCertainBefore(step: number, sources: readonly number[]): boolean {
    return this.#missing(this.#opens[step], sources) === undefined
  }

  /**
   * A step with a condition that keeps one of these steps from running while another one runs, or is asked whether it
   * does; undefined when there is none.
   */
  culprit(step: number, sources: readonly number[]): Step | undefined {
    const scenario = this.#missing(this.#runs[step], sources) ?? this.#missing(this.#opens[step], sources)
    if (scenario === undefined) return undefined
    const seen = new Set<number>()
    let position = sources[0]
    while (position !== undefined && !seen.has(position)) {
      seen.add(position)
      if (this.#opens[position]?.has(scenario) !== false) return this.#steps[position]
      position = this.#needs(position).find((need) => this.#runs[need]?.has(scenario) === false)
    }
    return undefined
  }

  /**
   * Whether a step runs in no scenario although each step that it needs runs in some, and whether it is its condition
   * that stands in the way.
   */
  neverRuns(step: number): 'condition' | 'needs' | undefined {
    const [opens, runs] = [this.#opens[step], this.#runs[step]]
    if (!this.#truths.isWhole || opens === undefined || runs?.isEmpty !== true) return undefined
    if (this.#needs(step).some((need) => this.#runs[need]?.isEmpty === true)) return undefined
    return opens.isEmpty ? 'needs' : 'condition'
  }

  /** Two of the steps that a step needs that never run together, or all of them when no two alone are to blame. */
  rivals(step: number): readonly number[] {
    const needs = [...new Set(this.#needs(step))]
    for (const [at, need] of needs.entries()) {
      for (const other of needs.slice(0, at)) {
        const both = this.#runs[need]?.copy()
        const others = this.#runs[other]
        if (both !== undefined && others !== undefined && both.and(others).isEmpty) return [other, need]
      }
    }
    return needs
  }

  /** The condition of one of the steps that a step needs, or of those that they need. */
  conditionAround(step: number): Condition | undefined {
    for (const need of this.#needs(step)) {
      const condition = this.conditionOf(need)
      if (condition !== undefined) return condition
    }
    return undefined
  }

  /** The condition that decides whether a step runs: its own, or that of a step that it needs. */
  conditionOf(step: number): Condition | undefined {
    const seen = new Set<number>()
    const ahead = [step]
    for (const position of ahead) {
      if (seen.has(position)) continue
      seen.add(position)
      const when = this.#steps[position]?.when
      if (when !== undefined) return when
      ahead.push(...this.#needs(position))
    }
    return undefined
  }

  /** A scenario of these in which none of the steps runs. */
  #missing(scenarios: Bits | undefined, sources: readonly number[]): number | undefined {
    if (scenarios === undefined) return undefined
    const covered = this.#truths.none()
    for (const source of sources) {
      const runs = this.#runs[source]
      if (runs === undefined) return undefined
      covered.or(runs)
    }
    return covered.not().and(scenarios).first()
  }

  #settle(position: number): void {
    const step = this.#steps[position]
    if (step === undefined) return
    const opens = this.#joined(position, step)
    this.#opens[position] = opens
    this.#runs[position] =
      step.when === undefined
        ? opens
        : this.#truths
            .of(step.when.expression, (variable) => {
              const producer = this.#producers.get(variable)?.step
              return producer === undefined ? undefined : this.#runs[producer]
            })
            .and(opens)
  }

  #joined(position: number, step: Step): Bits {
    const opens = this.#truths.all()
    if (step.join === 'all') {
      for (const { variable, required } of step.uses) {
        const runs = required ? this.#runsOf(variable, position) : undefined
        if (runs !== undefined) opens.and(runs)
      }
      return opens
    }
    const some = this.#truths.none()
    let usesSteps = false
    for (const { variable } of step.uses) {
      const runs = this.#runsOf(variable, position)
      if (runs === undefined) continue
      usesSteps = true
      some.or(runs)
    }
    return usesSteps ? some : opens
  }

  #runsOf(variable: string, user: number): Bits | undefined {
    const source = this.#producers.get(variable)?.step
    return source === undefined || source === user ? undefined : (this.#runs[source] ?? this.#truths.all())
  }

  /** The steps that must run for a step to run; with `join: any`, those of which one must. */
  #needs(position: number): readonly number[] {
    const step = this.#steps[position]
    const uses = step?.uses.filter(({ required }) => required || step.join === 'any') ?? []
    return uses.flatMap(({ variable }) => {
      const source = this.#producers.get(variable)?.step
      return source === undefined || source === position ? [] : [source]
    })
  }
}

/** The steps, each after those that it uses; what is on a circle, or behind one, is left out, and has been reported. */
function inOrder(steps: readonly Step[], producers: ReadonlyMap<string, Producer>): readonly number[] {
  const users: number[][] = steps.map(() => [])
  const open = new Int32Array(steps.length)
  for (const [position, { uses }] of steps.entries()) {
    for (const { variable } of uses) {
      const source = producers.get(variable)?.step
      if (source === undefined || source === position) continue
      users[source]?.push(position)
      open[position] = (open[position] ?? 0) + 1
    }
  }
  const order = [...steps.keys()].filter((position) => open[position] === 0)
  for (const position of order) {
    for (const user of users[position] ?? []) {
      open[user] = (open[user] ?? 0) - 1
      if (open[user] === 0) order.push(user)
    }
  }
  return order
}
