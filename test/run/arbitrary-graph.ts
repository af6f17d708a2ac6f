import fc from 'fast-check'
import type { Json } from '../../src/index.ts'

/** What a random step does. Every number is virtual milliseconds. */
export interface RandomStep {
  readonly id: string
  readonly kind: 'llm' | 'value'
  /** Positions of earlier steps whose output the prompt uses. */
  readonly dataNeeds: readonly number[]
  /** Positions of earlier steps that only have to come first. */
  readonly orderNeeds: readonly number[]
  /** Undefined: no `for_each`. */
  readonly items: readonly Fate[] | undefined
  /** Of a step without items. */
  readonly fate: Fate
  readonly itemLimit: number | undefined
  /** Position of its LLM. */
  readonly llm: number
  readonly timeoutMs: number | undefined
}

/** What becomes of one call. */
export interface Fate {
  readonly delayMs: number
  /** `recovers`: the first attempt fails with 500, the second answers. */
  readonly ends: 'well' | 'refused' | 'empty' | 'truncated' | 'recovers'
}

export interface RandomGraph {
  readonly steps: readonly RandomStep[]
  /** `max_concurrency` of each LLM; undefined: none. */
  readonly llms: readonly (number | undefined)[]
}

export interface RandomRun {
  readonly graph: RandomGraph
  readonly maxConcurrency: number
  readonly failFast: boolean
  readonly stop:
    | { readonly kind: 'never' }
    /** From within the event of this number. */
    | { readonly kind: 'at-event'; readonly event: number }
    | { readonly kind: 'at-time'; readonly ms: number }
    | { readonly kind: 'timeout'; readonly ms: number }
  readonly seed: number
}

const often = <T>(usual: T, weight: number, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: rare })

/** Many calls take equally long, so that many end in the same tick. */
const fate: fc.Arbitrary<Fate> = fc.record({
  delayMs: fc.constantFrom(0, 0, 5, 5, 5, 10, 20, 35),
  ends: often<Fate['ends']>('well', 14, fc.constantFrom('refused', 'empty', 'truncated', 'recovers')),
})

const draft = fc.record({
  kind: fc.oneof(
    { weight: 4, arbitrary: fc.constant('llm' as const) },
    { weight: 1, arbitrary: fc.constant('value' as const) },
  ),
  /** As distances back from the step. */
  needs: fc.array(fc.tuple(fc.nat({ max: 30 }), fc.boolean()), { maxLength: 4 }),
  items: often<readonly Fate[] | undefined>(undefined, 6, fc.array(fate, { minLength: 1, maxLength: 5 })),
  fate,
  itemLimit: often<number | undefined>(undefined, 1, fc.integer({ min: 1, max: 3 })),
  llm: fc.nat({ max: 2 }),
  timeoutMs: often<number | undefined>(undefined, 12, fc.constantFrom(1007, 1013)),
})

const graph: fc.Arbitrary<RandomGraph> = fc.record({
  llms: fc.array(often<number | undefined>(undefined, 1, fc.integer({ min: 1, max: 4 })), {
    minLength: 3,
    maxLength: 3,
  }),
  steps: fc
    .oneof(
      { weight: 8, arbitrary: fc.array(draft, { minLength: 1, maxLength: 20 }) },
      { weight: 3, arbitrary: fc.array(draft, { minLength: 15, maxLength: 50, size: 'max' }) },
      { weight: 1, arbitrary: fc.array(draft, { minLength: 60, maxLength: 150, size: 'max' }) },
    )
    .map((drafts) => drafts.map((_, position) => stepOf(drafts, position))),
})

type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never

function stepOf(drafts: readonly Draft[], position: number): RandomStep {
  const { needs, ...rest } = drafts[position]!
  const earlier = new Map<number, boolean>()
  for (const [back, isData] of needs) {
    const need = position - 1 - back
    // A value made of values would grow with every step.
    const mayUse = rest.kind === 'llm' || drafts[need]?.kind === 'llm'
    if (need >= 0 && !earlier.has(need)) earlier.set(need, isData && mayUse)
  }
  const needsThat = (isData: boolean): number[] =>
    [...earlier].filter(([, data]) => data === isData).map(([need]) => need)
  return { id: `s${position}`, ...rest, dataNeeds: needsThat(true), orderNeeds: needsThat(false) }
}

export const arbitraryRandomRun: fc.Arbitrary<RandomRun> = fc.record({
  graph,
  maxConcurrency: fc.integer({ min: 1, max: 16 }),
  failFast: often(false, 5, fc.constant(true)),
  stop: often<RandomRun['stop']>(
    { kind: 'never' },
    2,
    fc.oneof(
      fc.record({ kind: fc.constant('at-event' as const), event: fc.nat({ max: 120 }) }),
      fc.record({ kind: fc.constant('at-time' as const), ms: fc.constantFrom(0, 3, 5, 10, 20, 42, 80) }),
      fc.record({ kind: fc.constant('timeout' as const), ms: fc.constantFrom(1, 5, 10, 25, 60) }),
    ),
  ),
  seed: fc.nat(),
})

/** The fates of a step's items, or of the step itself. */
export function fatesOf(step: RandomStep): readonly Fate[] {
  return step.items ?? [step.fate]
}

/** The answer that a unit gives when it ends well. */
export function answerOf(step: RandomStep, item: number): string {
  return step.items === undefined ? `A${step.id}` : `A${step.id}.${item}`
}

/** Whether a call ends well when nobody stops the run. */
export function succeeds(step: RandomStep, fate: Fate): boolean {
  if (step.kind === 'value') return true
  const isLate = step.timeoutMs !== undefined && fate.delayMs > step.timeoutMs
  return !isLate && (fate.ends === 'well' || fate.ends === 'recovers')
}

/** The graph as what a flow file holds. */
export function flowOf({ steps, llms }: RandomGraph): Readonly<Record<string, Json>> {
  const connections: Record<string, string[]> = {}
  for (const step of steps) for (const need of step.orderNeeds) (connections[`s${need}`] ??= []).push(step.id)
  return {
    llmflows: 1,
    name: 'random',
    llms: Object.fromEntries(
      llms.map((limit, position) => [
        `llm${position}`,
        {
          provider: 'scripted',
          max_retries: 1,
          ...(limit === undefined ? {} : { max_concurrency: limit }),
          answers: [
            ...steps.filter(({ kind, llm }) => kind === 'llm' && llm === position).flatMap(rules),
            { answer: 'nobody asks this' },
          ],
        },
      ]),
    ),
    steps: Object.fromEntries(steps.map((step) => [step.id, stepText(step)])),
    ...(Object.keys(connections).length === 0 ? {} : { connections }),
  }
}

function rules(step: RandomStep): readonly Json[] {
  return fatesOf(step).flatMap((fate, item): Json[] => {
    const match = step.items === undefined ? `#${step.id}#` : `#${step.id}.${item}#`
    const delay = `${fate.delayMs}ms`
    const answer = answerOf(step, item)
    switch (fate.ends) {
      case 'well':
        return [{ match, delay, answer }]
      case 'refused':
        return [{ match, delay, status: 400 }]
      case 'empty':
        return [{ match, delay, answer: '' }]
      case 'truncated':
        return [{ match, delay, answer, finish_reason: 'length' }]
      case 'recovers':
        return [
          { match, status: 500, times: 1 },
          { match, delay, answer },
        ]
    }
  })
}

function stepText(step: RandomStep): Json {
  const { id, items, itemLimit, kind, llm, timeoutMs, dataNeeds } = step
  const used = dataNeeds.map((need) => `{s${need}}`)
  const each =
    items === undefined
      ? {}
      : { for_each: items.length, ...(itemLimit === undefined ? {} : { max_concurrency: itemLimit }) }
  const mark = items === undefined ? `#${id}#` : `#${id}.{index}#`
  return kind === 'value'
    ? { value: [items === undefined ? `A${id}` : `A${id}.{index}`, ...used], ...each }
    : {
        prompt: [mark, ...used].join(' '),
        llm: `llm${llm}`,
        ...each,
        ...(timeoutMs === undefined ? {} : { timeout: `${timeoutMs}ms` }),
      }
}
