import { describe, expect, test } from 'vitest'
import type { Graph } from '../../src/graph/graph.ts'
import { schedule, type Schedule } from '../../src/run/scheduler.ts'
import { Slots } from '../../src/run/slots.ts'
import { HeldWorld } from './held-world.ts'

/** A graph from the needs of each node. */
function graphOf(needs: readonly (readonly number[])[]): Graph {
  const dependents: number[][] = needs.map(() => [])
  for (const [to, froms] of needs.entries()) for (const from of froms) dependents[from]!.push(to)
  return { size: needs.length, edges: [], needs, dependents }
}

/** Steps whose ends the test holds. */
class HeldSteps {
  readonly started: number[] = []
  readonly ready: number[] = []
  readonly blocked: number[] = []
  readonly world = new HeldWorld()
  readonly stop = new AbortController()
  readonly #ends = new Map<number, (succeeded: boolean) => void>()
  readonly #failures = new Map<number, (error: unknown) => void>()
  readonly run: Promise<void>

  constructor(needs: readonly (readonly number[])[], options: Partial<Schedule> = {}) {
    this.run = schedule({
      graph: graphOf(needs),
      joinsAny: () => false,
      maxItems: 1,
      itemLimit: () => Infinity,
      takesSlot: () => true,
      gateOf: () => undefined,
      slots: new Slots(64),
      clock: this.world.clock,
      signal: this.stop.signal,
      graceMs: 1500,
      open: (step) => {
        this.ready.push(step)
        return 1
      },
      onSkipped: () => {},
      onBlocked: (step) => void this.blocked.push(step),
      onComplete: () => {},
      start: (step) => {
        this.started.push(step)
        return new Promise<boolean>((resolve, reject) => {
          this.#ends.set(step, resolve)
          this.#failures.set(step, reject)
        })
      },
      ...options,
    })
  }

  /** Ends some steps in the same tick, and lets everything follow from it. */
  async end(...steps: readonly number[]): Promise<void> {
    for (const step of steps) this.#ends.get(step)!(true)
    await new Promise(setImmediate)
  }

  async fail(step: number, error?: unknown): Promise<void> {
    if (error === undefined) this.#ends.get(step)!(false)
    else this.#failures.get(step)!(error)
    await new Promise(setImmediate)
  }
}

describe('the scheduler', () => {
  test('starts a step once when all that it needs ends in the same tick', async () => {
    const steps = new HeldSteps([[], [], [], [0, 1, 2]])
    await steps.end(2, 0, 1)
    expect(steps.started).toEqual([0, 1, 2, 3])
    await steps.end(3)
    await steps.run
  })

  test('does not wait for a whole layer: a step starts when its own needs have ended', async () => {
    const steps = new HeldSteps([[], [], [0], [1]])
    await steps.end(0)
    expect(steps.started).toEqual([0, 1, 2])
    await steps.end(2)
    await steps.end(1)
    await steps.end(3)
    await steps.run
  })

  test('starts first what most depends on, then what stands first', async () => {
    const steps = new HeldSteps([[], [], [], [2], [3], [1]], { slots: new Slots(1) })
    for (const step of [2, 1, 3, 0, 4, 5]) await steps.end(...(steps.started.includes(step) ? [step] : []))
    expect(steps.started.slice(0, 3)).toEqual([2, 1, 3])
  })

  test('goes on with everything that a failure does not touch', async () => {
    const steps = new HeldSteps([[], [], [0], [2, 1], [1]])
    await steps.fail(0)
    expect(steps.blocked).toEqual([2])
    await steps.end(1)
    expect(steps.blocked).toEqual([2, 3])
    expect(steps.started).toEqual([0, 1, 4])
    await steps.end(4)
    await steps.run
  })

  test('waits for what runs when it is stopped, but no longer than the grace', async () => {
    const steps = new HeldSteps([[], [], [0]])
    steps.stop.abort()
    await steps.end(0)
    expect(steps.world.waiting).toBe(1)
    await steps.world.finish(steps.run)
    expect(steps.world.clock.now()).toBe(1500)
    expect(steps.started).toEqual([0, 1])
  })

  test('ends as soon as all that runs has ended when it is stopped', async () => {
    const steps = new HeldSteps([[], [], [0]])
    steps.stop.abort()
    await steps.end(0)
    await steps.end(1)
    await steps.run
    expect(steps.started).toEqual([0, 1])
    expect(steps.world.waiting).toBe(0)
  })

  test('starts nothing when it is stopped before it begins', async () => {
    const stop = new AbortController()
    stop.abort()
    const steps = new HeldSteps([[], [0]], { signal: stop.signal })
    await steps.run
    expect(steps.started).toEqual([])
  })

  test('passes on a mistake of its own, instead of waiting for ever', async () => {
    const steps = new HeldSteps([[], []])
    const mistake = new Error('llmflows is wrong')
    steps.run.catch(() => {})
    await steps.fail(1, mistake)
    await expect(steps.run).rejects.toBe(mistake)
  })

  test('runs a chain of 100,000 steps that end at once without a stack', async () => {
    const size = 100_000
    const seen: number[] = []
    const needs = Array.from({ length: size }, (_, step) => (step === 0 ? [] : [step - 1]))
    const steps = new HeldSteps(needs, { start: (step) => seen.push(step) > 0 })
    await steps.run
    expect(seen).toEqual(needs.map((_, step) => step))
  })

  test('blocks a chain of 100,000 steps behind a failure without a stack', async () => {
    const needs = Array.from({ length: 100_000 }, (_, step) => (step === 0 ? [] : [step - 1]))
    const steps = new HeldSteps(needs, { start: () => false })
    await steps.run
    expect(steps.blocked).toHaveLength(99_999)
  })

  test('asks a gate only when its answer may be another', async () => {
    const size = 2000
    let questions = 0
    const gates = Array.from({ length: size }, () => ({
      get free() {
        questions++
        return true
      },
      startDelay: () => 0,
    }))
    const needs = Array.from({ length: size }, () => [])
    const steps = new HeldSteps(needs, { gateOf: (step) => gates[step] })
    for (let step = 0; step < size; step++) await steps.end(step)
    await steps.run
    expect(steps.started).toHaveLength(size)
    expect(questions).toBe(size)
  })

  test('does not ask again for every end what only time can change', async () => {
    let questions = 0
    const slow = Array.from({ length: 500 }, (_, step) => ({
      free: true,
      startDelay: (now: number) => {
        questions++
        return Math.max(0, 1000 + step - now)
      },
    }))
    const needs = Array.from({ length: 1000 }, () => [])
    const steps = new HeldSteps(needs, { gateOf: (step) => slow[step], slots: new Slots(2000) })
    for (let step = 500; step < 1000; step++) await steps.end(step)
    expect(questions).toBe(500)
    const finished = steps.world.finish(
      (async () => {
        for (let step = 0; step < 500; step++) {
          while (!steps.started.includes(step)) await new Promise(setImmediate)
          await steps.end(step)
        }
        await steps.run
      })(),
    )
    await finished
    expect(steps.world.clock.now()).toBe(1499)
    expect(questions).toBeLessThanOrEqual(1500)
  })
})
