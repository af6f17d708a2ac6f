import fc from 'fast-check'
import type { Json } from '../../src/source/json.ts'
import type { EmptyStep, ModelConfig, RunError, RunEvent, StepSummary, Turn } from '../../src/run/events.ts'

/**
 * Streams of events that keep the promises of `src/run/events.ts`: a small simulator takes every choice (what a step
 * does, how long, whether the run is interrupted) from a list of random numbers. Names are as awkward as they may be.
 */
export const arbitraryRun: fc.Arbitrary<readonly RunEvent[]> = fc
  .record({
    size: fc.integer({ min: 0, max: 6 }),
    choices: fc.array(fc.nat({ max: 999 }), { minLength: 40, maxLength: 120 }),
    texts: fc.array(fc.oneof(awkwardText(), fc.string({ unit: 'binary' })), { minLength: 3, maxLength: 8 }),
    value: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json),
    interruptedAfter: fc.option(fc.integer({ min: 1, max: 12 }), { nil: Infinity }),
  })
  .map(simulate)

function awkwardText(): fc.Arbitrary<string> {
  return fc.constantFrom(
    '__proto__',
    'constructor',
    '\u2028\u202e\x7f\x1b[2J',
    'a\nb',
    '"quoted"',
    '\ud83d',
    '\u{e0041}',
    '',
  )
}

interface Choices {
  readonly size: number
  readonly choices: readonly number[]
  readonly texts: readonly string[]
  readonly value: Json
  readonly interruptedAfter: number
}

function simulate({ size, choices, texts, value, interruptedAfter }: Choices): readonly RunEvent[] {
  let next = 0
  // In a period of its own for each turn: nothing that is asked for again and again gets the same answer for ever.
  const choose = (below: number): number => {
    const turn = Math.floor(next / choices.length)
    return ((choices[next++ % choices.length] ?? 0) + turn) % below
  }
  const text = (): string => texts[choose(texts.length)] ?? ''
  return simulateRun({ choose, text, value, interruptedAfter, size }, 0)
}

interface Source {
  readonly size: number
  /** A whole number from 0 to below. */
  readonly choose: (below: number) => number
  readonly text: () => string
  readonly value: Json
  readonly interruptedAfter: number
}

/** Flows inside each other. */
const deepest = 2

function simulateRun(
  { size, choose, text, value, interruptedAfter }: Source,
  depth: number,
): readonly RunEvent[] {
  const nullable = <T>(some: T): T | null => (choose(2) === 0 ? some : null)

  const steps: StepSummary[] = []
  const empty: EmptyStep[] = []
  const outputs: Record<string, string | readonly string[]> = {}
  const itemsOf = new Map<string, readonly string[]>()
  for (let index = 0; index < size; index++) {
    const id = `step_${index}`
    const needs = [...itemsOf.keys()].filter(() => choose(2) === 0)
    const kind = (['value', 'llm', 'llm', 'flow'] as const)[choose(depth < deepest ? 4 : 3)] ?? 'llm'
    const ids = choose(4) === 0 ? Array.from({ length: choose(4) }, (_, item) => `${id}[${item}]`) : [id]
    const on_error = (['keep', 'drop', undefined] as const)[choose(3)]
    for (const one of ids) {
      const isItem = one !== id && on_error !== undefined
      steps.push({ id: one, name: text(), kind, needs, ...(isItem && { on_error }) })
    }
    if (ids.length === 0) empty.push({ id, output_key: `out_${index}`, needs })
    itemsOf.set(id, ids)
    if (choose(4) > 0) outputs[`out_${index}`] = ids[0] === id ? id : ids
  }

  let at = 0
  const start = Date.UTC(2026, 10, 22)
  const time = (): string => new Date(start + at).toISOString()
  const later = (): number => (at += choose(3) === 0 ? 0 : choose(900) + 0.25)
  const events: RunEvent[] = [
    {
      type: 'run-started',
      at,
      run_id: 'r',
      flow: text(),
      time: time(),
      inputs: dictionary(text(), value),
      steps,
      empty_steps: empty,
      outputs,
    },
  ]
  const succeeded = new Set<string>()
  const skipped = new Set<string>()
  let stopped = false
  let lost = 0

  function run({ id: step, kind }: StepSummary): void {
    const isLlm = kind === 'llm'
    const error: RunError = {
      code: 'server-error',
      message: text(),
      ...(choose(2) === 0 && { http_status: 503, help: text() }),
    }
    events.push({
      type: 'step-started',
      at: later(),
      step,
      prompt_inputs: dictionary(text(), value),
      prompt_template: isLlm ? text() : null,
      prompt: isLlm ? text() : null,
      messages: isLlm ? [{ role: 'system', content: text() }] : null,
      model_config: isLlm ? configOf(choose(2) === 0, text()) : null,
      ...(kind === 'flow' && { request: { flow: text() } }),
    })
    if (kind === 'flow') {
      const runs = 1 + choose(2)
      for (let run = 1; run <= runs; run++) {
        const inner = { size: choose(4), choose, text, value, interruptedAfter: Infinity }
        // One that is given up ends without having ended.
        const whole = simulateRun(inner, depth + 1)
        for (const event of choose(6) === 0 ? whole.slice(0, 1 + choose(whole.length)) : whole)
          events.push({ type: 'flow-event', at: later(), step, run, event })
      }
    }
    const attempts = isLlm ? 1 + choose(3) : 0
    const fails = choose(4) === 0
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const isLast = attempt === attempts
      const turns: readonly Turn[] = [
        { role: 'assistant', content: text(), tool_calls: [{ id: text(), name: text(), arguments: text() }] },
        { role: 'tool', content: text(), tool_call_id: text() },
        { role: 'user', content: text() },
      ]
      events.push({
        type: 'attempt-started',
        at: later(),
        step,
        attempt,
        max_tokens: 100 * attempt,
        ...(attempt > 1 && choose(2) === 0 && { messages: turns }),
      })
      if (choose(2) === 0) events.push({ type: 'attempt-first-token', at: later(), step, attempt })
      if (choose(12) === 0) stopped = true
      if (stopped)
        return void events.push({ type: 'step-cancelled', at: later(), step, reason: 'interrupted' })
      events.push({
        type: 'attempt-finished',
        at: later(),
        step,
        attempt,
        error: isLast && !fails ? null : error,
        wait: isLast ? null : choose(2000),
        finish_reason: isLast && !fails ? 'stop' : null,
        request_id: nullable(text()),
        model: nullable(text()),
        usage: nullable({ input_tokens: choose(900), output_tokens: choose(900) }),
        cost: nullable(choose(900) / 1e6),
        ...(choose(2) === 0 && { raw: value }),
      })
      if (choose(3) === 0) {
        const call = attempt
        events.push({
          type: 'tool-call-started',
          at: later(),
          step,
          call,
          attempt,
          tool: text(),
          arguments: value,
        })
        if (choose(4) > 0)
          events.push({
            type: 'tool-call-finished',
            at: later(),
            step,
            call,
            result: value,
            error: nullable(error),
          })
      }
    }
    if (fails && steps.find(({ id }) => id === step)?.on_error !== undefined) lost++
    if (fails)
      return void events.push({ type: 'step-failed', at: later(), step, error, generated: nullable(text()) })
    const result = Object.fromEntries([[`out_${step.split(/[_[]/)[1]}`, choose(2) === 0 ? text() : value]])
    events.push({
      type: 'step-succeeded',
      at: later(),
      step,
      generated: isLlm ? text() : null,
      result,
      note: nullable(text()),
    })
    succeeded.add(step)
  }

  /** A step whose items become known only now; they settle in its place. */
  function expand(step: StepSummary): void {
    const items = Array.from({ length: choose(3) }, (_, item): StepSummary => ({
      ...step,
      id: `${step.id}[${item}]`,
      name: text(),
    }))
    events.push({ type: 'step-expanded', at: later(), step: step.id, items })
    itemsOf.set(
      step.id,
      items.map(({ id }) => id),
    )
    for (const item of items) events.push({ type: 'step-ready', at: later(), step: item.id })
    for (const item of items)
      if (stopped) events.push({ type: 'step-cancelled', at: later(), step: item.id, reason: 'interrupted' })
      else run(item)
  }

  for (const [index, step] of steps.entries()) {
    if (index >= interruptedAfter) stopped = true
    const by = step.needs.flatMap((need) => itemsOf.get(need) ?? []).filter((need) => !succeeded.has(need))
    const skippedBy = by.filter((need) => skipped.has(need))
    if (stopped) {
      events.push({ type: 'step-cancelled', at: later(), step: step.id, reason: 'interrupted' })
    } else if (choose(8) === 0 || (by.length > 0 && skippedBy.length === by.length)) {
      const condition = skippedBy.length === 0 ? text() : null
      events.push({ type: 'step-skipped', at: later(), step: step.id, condition, by: skippedBy })
      skipped.add(step.id)
    } else if (by.length > 0) {
      events.push({ type: 'step-blocked', at: later(), step: step.id, by })
    } else {
      if (!step.id.includes('[') && choose(6) === 0) expand(step)
      else {
        events.push({ type: 'step-ready', at: later(), step: step.id })
        run(step)
      }
    }
  }
  const settled = succeeded.size + skipped.size + lost
  const ended = settled < steps.length ? 'failed' : lost > 0 ? 'partial' : 'succeeded'
  const status = stopped ? 'cancelled' : ended
  events.push({
    type: 'run-finished',
    at: later(),
    time: time(),
    status,
    reason: stopped ? 'interrupted' : null,
  })
  return events
}

function dictionary(key: string, value: Json): Readonly<Record<string, Json>> {
  return Object.fromEntries([[key, value]])
}

function configOf(isFull: boolean, model: string): ModelConfig {
  const least = { llm: 'writer', provider: 'openai', api: 'chat', model, endpoint: null, max_tokens: 100 }
  return isFull
    ? { ...least, temperature: 0.7, top_p: 1, stop: ['\n'], seed: 7, params: { user: 'me' } }
    : least
}
