import { describe, expect, test } from 'vitest'
import type { LlmStep } from '../../src/flow/flow.ts'
import { Lane, type LaneLimits } from '../../src/llms/lane.ts'
import { type Llm, type LlmAnswer, LlmError } from '../../src/llms/llm.ts'
import { Account } from '../../src/llms/account.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { callUntilAnswered } from '../../src/steps/llm-calls.ts'
import { renderRequest } from '../../src/steps/llm-request.ts'
import type { StepContext } from '../../src/steps/step-run.ts'
import { compiled, flowText } from '../run/front-door.ts'
import { HeldWorld } from '../run/held-world.ts'

const flow = compiled(
  flowText({
    llms: { writer: { provider: 'ollama', model: 'm', max_tokens: 100 } },
    steps: { ask: { prompt: 'Hi' } },
  }),
).flow
const step = flow.steps[0] as LlmStep
const answer: LlmAnswer = { text: 'hello', finishReason: 'stop', raw: {} }

const unused = (): never => {
  throw new Error('a step that calls a model needs none of it')
}

/** Calls of one step, all at once, to an LLM that answers as a function of how often it has been called. */
async function called(times: number, llm: (call: number) => LlmAnswer, limits: LaneLimits = {}) {
  const world = new HeldWorld()
  const lane = new Lane(limits, new Account())
  const events: RunEvent[] = []
  let calls = 0
  const ready = { llm: { call: async () => llm(++calls) } satisfies Llm, lane, endpoint: null }
  const context: Omit<StepContext, 'signal'> = {
    id: 'ask',
    index: undefined,
    lookup: () => undefined,
    world,
    emit: (event) => void events.push(event),
    at: () => world.clock.now(),
    llm: () => ready,
    store: unused,
    callFunction: unused,
    fingerprint: unused,
    folder: '',
    ask: unused,
    runFlow: unused,
    takeCall: () => true,
    said: [],
    say: () => {},
    keepRaw: false,
  }
  const request = renderRequest(step, context)
  if (!('messages' in request)) throw new Error('not a request')
  const all = Promise.all(
    Array.from({ length: times }, () =>
      callUntilAnswered(step, request, { ...context, signal: new AbortController().signal }),
    ),
  )
  const outcomes = await world.finish(all)
  const starts = events.flatMap((event) => (event.type === 'attempt-started' ? [event.at] : []))
  const waits = events.flatMap((event) => (event.type === 'attempt-finished' ? [event.wait] : []))
  return { outcomes, starts, waits, lane, now: world.clock.now() }
}

const tooMany = (retryAfterMs: number): never => {
  throw new LlmError('rate-limited', 'slow down', { retryable: true, httpStatus: 429, retryAfterMs })
}

describe('calls that were all turned away', () => {
  test('come back after the time that the server asks for, and only a few at any moment', async () => {
    const { outcomes, starts, waits } = await called(20, (call) => (call <= 20 ? tooMany(1000) : answer))
    expect(outcomes.every(({ ok }) => ok)).toBe(true)
    const back = starts.filter((at) => at > 0)
    expect(back).toHaveLength(20)
    expect(Math.min(...back)).toBeGreaterThanOrEqual(1000)
    expect(back.filter((at) => at < 1100).length).toBeLessThanOrEqual(3)
    for (const at of back)
      expect(back.filter((other) => other >= at && other < at + 10).length).toBeLessThan(10)
    // Nobody waits for long for that.
    expect(Math.max(...back)).toBeLessThan(3000)
    expect(waits.every((wait) => wait === null || wait >= 1000)).toBe(true)
  })

  test('tell a wait that holds also where the whole lane waits longer', async () => {
    const { waits } = await called(2, (call) =>
      call === 1 ? tooMany(30_000) : call === 2 ? tooMany(10) : answer,
    )
    expect(Math.min(...waits.filter((wait) => wait !== null))).toBeGreaterThanOrEqual(30_000)
  })
})

describe('the tokens that a call was reckoned with', () => {
  test('are free again when it was turned down', async () => {
    const { lane, now } = await called(
      1,
      () => {
        throw new LlmError('request-refused', 'no', { retryable: false, httpStatus: 400 })
      },
      { tokensPerMinute: 100 },
    )
    expect(lane.startDelay(now, 100)).toBe(0)
  })

  test('stay taken when nobody knows what the server has done', async () => {
    const { lane, now } = await called(
      1,
      () => {
        throw new LlmError('timeout', 'too slow', { retryable: false })
      },
      { tokensPerMinute: 100 },
    )
    expect(lane.startDelay(now, 100)).toBeGreaterThan(0)
  })
})
