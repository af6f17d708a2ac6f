import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RunEvent, RunResult } from '../../src/index.ts'
import { loaded } from './flow-files.ts'
import { told } from './front-door.ts'

/** What one step of a random flow is. */
interface RandomStep {
  readonly kind: 'good' | 'bad' | 'value' | 'flow'
  /** The flow that it runs, of those further down. */
  readonly flow: number
  readonly items: number | undefined
  readonly rounds: number | undefined
  readonly onItemError: 'fail' | 'keep' | 'drop'
  readonly timeout: string | undefined
  /** Which of the steps before it uses. */
  readonly uses: readonly boolean[]
}

const arbitraryStep: fc.Arbitrary<RandomStep> = fc.record({
  kind: fc.constantFrom('good', 'good', 'bad', 'value', 'flow', 'flow', 'flow'),
  flow: fc.nat({ max: 2 }),
  items: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  rounds: fc.option(fc.integer({ min: 1, max: 2 }), { nil: undefined }),
  onItemError: fc.constantFrom('fail', 'keep', 'drop'),
  timeout: fc.constantFrom(undefined, undefined, undefined, '15ms'),
  uses: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
})

/** Flows, each of which runs only those after it. */
const arbitraryFlows = fc.array(fc.array(arbitraryStep, { minLength: 1, maxLength: 3 }), {
  minLength: 1,
  maxLength: 4,
})

const llms = {
  w: {
    provider: 'scripted',
    max_retries: 0,
    answers: [
      { match: 'bad', status: 400, delay: '3ms' },
      { answer: 'one two', delay: '10ms' },
    ],
  },
}

function filesOf(flows: readonly (readonly RandomStep[])[]) {
  return Object.fromEntries(
    flows.map((steps, index) => [
      `f${index}.json`,
      {
        name: `f${index}`,
        inputs: { before: { default: '' } },
        ...(steps.some(({ kind }) => kind === 'good' || kind === 'bad') ? { llms } : {}),
        steps: Object.fromEntries(
          steps.map((step, position) => [`s${position}`, written(step, position, flows.length - index - 1)]),
        ),
      },
    ]),
  )

  function written(step: RandomStep, position: number, below: number): object {
    const uses = step.uses
      .slice(0, position)
      .flatMap((isUsed, other) => (isUsed ? [`{s${other} | json}`] : []))
    const each = step.items === undefined ? {} : { for_each: step.items, on_item_error: step.onItemError }
    if (step.kind === 'value' || (step.kind === 'flow' && below === 0)) return { value: uses.join(), ...each }
    const timeout = step.timeout === undefined ? {} : { timeout: step.timeout }
    if (step.kind !== 'flow') return { prompt: `${step.kind} ${uses.join()}`, ...each, ...timeout }
    const flow = `f${flows.length - below + (step.flow % below)}.json`
    const repeat = step.rounds === undefined ? {} : { repeat: { max: step.rounds } }
    return { flow, with: { before: uses.join() }, ...repeat, ...each, ...timeout }
  }
}

/** Follows the runs inside a run: what must hold in each of them. */
class NestingLaws {
  running = 0
  most = 0

  check(events: readonly RunEvent[]): void {
    const [first] = events
    const last = events.at(-1)
    expect(first?.type).toBe('run-started')
    expect(last?.type).toBe('run-finished')
    const open = new Map(first?.type === 'run-started' ? first.steps.map(({ id }) => [id, 'new']) : [])
    const inner = new Map<string, RunEvent[]>()
    let at = 0
    for (const event of events) {
      expect(event.at).toBeGreaterThanOrEqual(at)
      ;({ at } = event)
      if (!('step' in event)) continue
      if (event.type === 'step-started') open.set(event.step, 'started')
      if (event.type === 'flow-event') {
        expect(open.get(event.step)).toBe('started')
        const key = `${event.step}/${event.run}`
        inner.set(key, [...(inner.get(key) ?? []), event.event])
      }
      if (settling.has(event.type)) {
        expect(open.has(event.step)).toBe(true)
        open.delete(event.step)
      }
    }
    expect([...open.keys()]).toEqual([])
    for (const run of inner.values()) this.check(run)
  }

  count(event: RunEvent): void {
    if (event.type === 'flow-event') this.count(event.event)
    if (event.type === 'attempt-started') this.most = Math.max(this.most, ++this.running)
    if (event.type === 'attempt-finished') this.running--
  }
}

const settling = new Set(['step-succeeded', 'step-failed', 'step-skipped', 'step-blocked', 'step-cancelled'])

function sumOf(result: RunResult): { calls: number; input: number; output: number } {
  const sum = { calls: 0, input: 0, output: 0 }
  for (const { call_data, runs = [] } of Object.values(result.steps)) {
    sum.calls += call_data?.attempts.length ?? 0
    sum.input += call_data?.usage?.input_tokens ?? 0
    sum.output += call_data?.usage?.output_tokens ?? 0
    for (const run of runs) {
      const inner = sumOf(run)
      sum.calls += inner.calls
      sum.input += inner.input
      sum.output += inner.output
    }
  }
  return sum
}

test('however flows are inside each other, every step settles once, no limit is passed and the sums are right', async () => {
  await fc.assert(
    fc.asyncProperty(
      arbitraryFlows,
      fc.integer({ min: 1, max: 5 }),
      fc.boolean(),
      fc.option(fc.integer({ min: 0, max: 60 }), { nil: undefined }),
      async (flows, maxConcurrency, failFast, timeoutMs) => {
        const flow = await loaded(filesOf(flows))
        const limit = timeoutMs === undefined ? {} : { timeoutMs }
        const run = await told(flow, { maxConcurrency, failFast, ...limit })
        const laws = new NestingLaws()
        laws.check(run.events)
        for (const event of run.events) laws.count(event)
        expect(laws.most).toBeLessThanOrEqual(maxConcurrency)
        expect(laws.running).toBe(0)
        const { calls, input_tokens: input, output_tokens: output } = run.result.usage
        expect(sumOf(run.result)).toEqual({ calls, input, output })
      },
    ),
    { numRuns: 80 },
  )
})
