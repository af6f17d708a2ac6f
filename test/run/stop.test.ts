import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/index.ts'
import { calls, flowText, only, statuses, told, type Told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const text = flowText({
  llms: {
    writer: {
      provider: 'scripted',
      answers: [
        { match: 'bad', status: 400, delay: '5ms' },
        { match: 'long', answer: 'long', delay: '100ms' },
        { answer: 'ok', delay: '10ms' },
      ],
    },
  },
  steps: {
    bad: { prompt: 'bad' },
    good: { prompt: 'good' },
    long: { prompt: 'long' },
    after_bad: { prompt: '{bad}' },
    after_good: { prompt: 'then {good}' },
    last: { prompt: '{after_bad} {after_good}' },
  },
})

/** Stops the run when an event comes. */
function stopAt(wanted: (event: RunEvent) => boolean): Promise<Told> {
  const controller = new AbortController()
  const onEvent = (event: RunEvent): void => {
    if (wanted(event)) controller.abort()
  }
  return told(text, { signal: controller.signal, reporters: [{ onEvent }] })
}

describe('a failure', () => {
  test('lets everything else end: what runs, and what does not depend on it', async () => {
    const run = await told(text)
    expect(statuses(run)).toEqual({
      bad: 'failed',
      good: 'succeeded',
      long: 'succeeded',
      after_bad: 'blocked',
      after_good: 'succeeded',
      last: 'blocked',
    })
    expect(run.result.status).toBe('failed')
    expect(run.result.outputs).toEqual({ good: 'ok', long: 'long', after_good: 'ok' })
    expect(only(run, 'step-blocked').map(({ step, by }) => [step, by])).toEqual([
      ['after_bad', ['bad']],
      ['last', ['after_bad']],
    ])
  })

  test('stops everything at once with fail-fast, and says why', async () => {
    const run = await told(text, { failFast: true })
    expect(statuses(run)).toEqual({
      bad: 'failed',
      good: 'cancelled',
      long: 'cancelled',
      after_bad: 'cancelled',
      after_good: 'cancelled',
      last: 'cancelled',
    })
    expect(run.result.status).toBe('failed')
    expect(run.result.steps['long']).toMatchObject({
      reason: 'another step failed, and the run was to stop at the first failure',
    })
    expect(run.result).toMatchObject({ status: 'failed', reason: 'fail-fast' })
    expect(only(run, 'run-finished')[0]).toMatchObject({ at: 5, status: 'failed', reason: 'fail-fast' })
  })

  test('that is the last thing to happen has stopped nothing, fail-fast or not', async () => {
    const alone = flowText({
      llms: { writer: { provider: 'scripted', answers: [{ status: 400 }] } },
      steps: { bad: { prompt: 'bad' } },
    })
    expect(only(await told(alone, { failFast: true }), 'run-finished')[0]).toMatchObject({
      status: 'failed',
      reason: null,
    })
  })
})

describe('an interrupted run', () => {
  test('gives what it has, and every step says what became of it', async () => {
    const run = await stopAt(({ type }) => type === 'step-succeeded')
    expect(run.result.status).toBe('cancelled')
    expect(run.result.outputs).toEqual({ good: 'ok' })
    expect(statuses(run)).toEqual({
      bad: 'failed',
      good: 'succeeded',
      long: 'cancelled',
      after_bad: 'blocked',
      after_good: 'cancelled',
      last: 'cancelled',
    })
    expect(only(run, 'run-finished')[0]).toMatchObject({ at: 10, reason: 'interrupted' })
    expect(run.result.usage.calls).toBe(3)
  })

  test('makes no call when it was stopped before it began', async () => {
    const run = await told(text, { signal: AbortSignal.abort() })
    expect(calls(run)).toBe(0)
    expect(new Set(Object.values(statuses(run)))).toEqual(new Set(['cancelled']))
  })

  test('makes no call when the start of a step is what stops it', async () => {
    const run = await stopAt(({ type }) => type === 'step-started')
    expect(calls(run)).toBe(0)
  })

  test('is not cancelled when nothing was left to stop', async () => {
    const alone = flowText({
      llms: { writer: { provider: 'scripted', answers: [{ answer: 'ok' }] } },
      steps: { only: { prompt: 'only' } },
    })
    const controller = new AbortController()
    const onEvent = ({ type }: RunEvent): void => {
      if (type === 'step-succeeded') controller.abort()
    }
    const run = await told(alone, { signal: controller.signal, reporters: [{ onEvent }] })
    expect(only(run, 'run-finished')[0]).toMatchObject({ status: 'succeeded', reason: null })
  })

  test('leaves no timer and no listener behind', async () => {
    const world = new HeldWorld()
    const controller = new AbortController()
    const counted: string[] = []
    const { signal } = controller
    const add = signal.addEventListener.bind(signal)
    const remove = signal.removeEventListener.bind(signal)
    signal.addEventListener = (...all: Parameters<typeof add>) => (counted.push('add'), add(...all))
    signal.removeEventListener = (...all: Parameters<typeof add>) => (counted.push('remove'), remove(...all))
    await told(text, { world, signal, timeoutMs: 60 })
    expect(world.waiting).toBe(0)
    expect(counted).toEqual(['add', 'remove'])
  })
})

describe('a reporter that throws', () => {
  test('is told nothing more, and the run goes on', async () => {
    const seen: string[] = []
    const errors: unknown[] = []
    const mistake = new Error('broken')
    const run = await told(text, {
      reporters: [
        {
          onEvent: ({ type }) => {
            seen.push(type)
            if (type === 'step-started') throw mistake
          },
        },
      ],
      onReporterError: (error) => void errors.push(error),
    })
    expect(errors).toEqual([mistake])
    expect(seen.at(-1)).toBe('step-started')
    expect(run.result.outputs).toEqual({ good: 'ok', long: 'long', after_good: 'ok' })
  })
})

test.each([0, -1, NaN, 0.5])('a run that may run %d steps at a time is refused', async (maxConcurrency) => {
  await expect(told(text, { maxConcurrency })).rejects.toThrow(RangeError)
})
