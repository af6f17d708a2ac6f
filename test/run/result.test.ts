import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { createResult } from '../../src/run/result.ts'
import type { RunResult } from '../../src/run/result.ts'
import {
  llmStep,
  modelConfig,
  soundtrack,
  soundtrackFails,
  soundtrackInterrupted,
  soundtrackSucceeds,
  Story,
} from '../reporters/story.ts'
import { arbitraryRun } from './arbitrary-run.ts'

function resultOf(events: readonly RunEvent[], keepRaw = true): RunResult {
  const fold = createResult({ keepRaw })
  for (const event of events) fold.apply(event)
  return fold.result()
}

describe('the result of a run', () => {
  test('answers every question about a step', () => {
    expect(resultOf(soundtrackFails().events).steps['title_step']).toEqual({
      name: 'Movie Title Flowstep',
      kind: 'llm',
      needs: [],
      status: 'succeeded',
      reason: null,
      error: null,
      note: null,
      start_time: '2026-11-22T10:00:00.000Z',
      end_time: '2026-11-22T10:00:02.900Z',
      execution_time: 2.9,
      queue_time: 0,
      prompt_inputs: { topic: 'friendship' },
      prompt_template: 'About {topic}',
      prompt: 'About friendship',
      messages: [],
      model_config: modelConfig,
      call_data: {
        retries: 1,
        attempts: [
          {
            attempt: 1,
            start: 0,
            duration: 0.42,
            time_to_first_token: null,
            status: 'failed',
            http_status: 429,
            error: { code: 'rate-limited', message: 'too many requests (429)', http_status: 429 },
            wait: 0.812,
          },
          {
            attempt: 2,
            start: 1.232,
            duration: 1.668,
            time_to_first_token: 1.172,
            status: 'succeeded',
            error: null,
            wait: null,
          },
        ],
        finish_reason: 'stop',
        request_id: 'req-title_step',
        model: 'gpt-4o-mini-2024-07-18',
        usage: { input_tokens: 11, output_tokens: 6 },
        cached: false,
        cost: 0.00002,
        raw_outputs: { id: 'raw-title_step' },
      },
      generated: 'True Bonds',
      result: { movie_title: 'True Bonds' },
    })
  })

  test('adds up what the run took and gives the outputs in declared order', () => {
    const { steps, ...run } = resultOf(soundtrackSucceeds().events)
    expect(run).toEqual({
      llmflows: 1,
      flow: 'soundtrack',
      run_id: 'run-1',
      status: 'succeeded',
      reason: null,
      start_time: '2026-11-22T10:00:00.000Z',
      end_time: '2026-11-22T10:00:08.412Z',
      execution_time: 8.412,
      inputs: { topic: 'friendship' },
      outputs: {
        movie_title: 'True Bonds',
        song_title: 'Side by Side',
        main_characters: 'Mia and Leo',
        song_lyrics: expect.stringContaining('Line 15'),
        song_reviews: ['Review 0', 'Review 1', 'Review 2'], // in item order, though 2 ended first
      },
      usage: { calls: 7, input_tokens: 1729, output_tokens: 1104, cost: 0.00094, unpriced_calls: 0 },
      critical_path: ['title_step', 'characters_step', 'lyrics_step', 'critic[1]'],
    })
    expect(Object.keys(run.outputs)).toEqual([
      'movie_title',
      'song_title',
      'main_characters',
      'song_lyrics',
      'song_reviews',
    ])
    expect(Object.keys(steps)).toEqual(
      soundtrack()
        .summaries()
        .map(({ id }) => id),
    )
    expect(steps['title_step']?.queue_time).toBe(0.001)
  })

  test('says of every step that did not succeed why not, and leaves out what it would have given', () => {
    const result = resultOf(soundtrackFails().events)
    const told = Object.entries(result.steps).map(([id, { status, reason }]) => [id, status, reason])
    expect(told).toEqual([
      ['title_step', 'succeeded', null],
      ['song_step', 'failed', 'the model "gpt-5-nano-x" does not exist'],
      ['characters_step', 'succeeded', null],
      ['lyrics_step', 'blocked', 'step "song_step" did not succeed'],
      ['critic[0]', 'blocked', 'step "lyrics_step" did not succeed'],
      ['critic[1]', 'blocked', 'step "lyrics_step" did not succeed'],
      ['critic[2]', 'blocked', 'step "lyrics_step" did not succeed'],
    ])
    expect(result.outputs).toEqual({ movie_title: 'True Bonds', main_characters: 'Mia and Leo' })
    expect(result.steps['song_step']?.error?.http_status).toBe(404)
    expect(result.steps['lyrics_step']).toMatchObject({
      start_time: null,
      end_time: null,
      execution_time: null,
      queue_time: null,
      prompt: null,
      model_config: null,
      call_data: { retries: 0, attempts: [], usage: null },
      result: null,
    })
    expect(result.critical_path).toEqual(['title_step', 'characters_step'])
  })

  test('holds what was paid for when the run is interrupted', () => {
    const result = resultOf(soundtrackInterrupted().events)
    expect(result).toMatchObject({ status: 'cancelled', reason: 'interrupted' })
    expect(result.usage).toEqual({
      calls: 3,
      input_tokens: 11,
      output_tokens: 6,
      cost: 0.00002,
      unpriced_calls: 2,
    })
    expect(result.steps['song_step']).toMatchObject({
      status: 'cancelled',
      reason: 'the run was interrupted',
      execution_time: 0.296,
    })
    expect(result.steps['song_step']?.call_data?.attempts).toEqual([
      {
        attempt: 1,
        start: 1.204,
        duration: 0.296,
        time_to_first_token: null,
        status: 'cancelled',
        error: null,
        wait: null,
      },
    ])
  })

  test('can be had before the run is over', () => {
    const events = soundtrackSucceeds().events
    const result = resultOf(
      events.slice(
        0,
        events.findIndex(({ type, at }) => type === 'step-started' && at > 3000),
      ),
    )
    expect(result).toMatchObject({
      status: 'cancelled',
      reason: 'interrupted',
      execution_time: 3.514,
      end_time: '2026-11-22T10:00:03.514Z',
    })
    expect(result.steps['lyrics_step']).toMatchObject({
      status: 'cancelled',
      reason: 'the run was interrupted',
      start_time: null,
    })
    expect(result.outputs).not.toHaveProperty('song_lyrics')
    expect(() => createResult({ keepRaw: true }).result()).toThrow(
      'a result begins with the event run-started',
    )
  })

  test('has a list only when all of its items are there', () => {
    const items = [llmStep('a[0]', 'A 0'), llmStep('a[1]', 'A 1')]
    const outputs = { all: ['a[0]', 'a[1]'], none: [] }
    const story = () =>
      new Story(items, outputs)
        .ready('a[0]', 'a[1]')
        .start('a[0]')
        .start('a[1]')
        .at(10)
        .succeed('a[1]', 'b', { all: 2 })
    const whole = story().succeed('a[0]', 'a', { all: null }).finish()
    const part = story().fail('a[0]', { code: 'timeout', message: 'too slow' }, 'half').finish('failed')
    expect(resultOf(whole.events).outputs).toEqual({ all: [null, 2], none: [] })
    expect(resultOf(part.events).outputs).toEqual({ none: [] })
    expect(resultOf(part.events).steps['a[0]']).toMatchObject({
      reason: 'too slow',
      generated: 'half',
      result: null,
    })
  })

  test('has no cost when none is known, and counts the calls without one', () => {
    const steps = [llmStep('a', 'A'), llmStep('b', 'B')]
    const usageOf = (first: number | null, second: number | null) => {
      const story = new Story(steps)
        .start('a')
        .start('b')
        .answered('a', { cost: first })
        .answered('b', { cost: second })
      return resultOf(story.finish().events).usage
    }
    expect(usageOf(null, null)).toMatchObject({ cost: null, unpriced_calls: 2 })
    expect(usageOf(0.1, null)).toMatchObject({ cost: 0.1, unpriced_calls: 1 })
    expect(usageOf(0.1, 0.2)).toMatchObject({ cost: 0.3, unpriced_calls: 0 })
    expect(resultOf(new Story([]).finish().events).usage).toMatchObject({
      calls: 0,
      cost: 0,
      unpriced_calls: 0,
    })
    // What the server turned down is not charged; what broke off may be.
    const refused = (http_status?: number) => {
      const error = { code: 'server-error', message: 'no', ...(http_status !== undefined && { http_status }) }
      return resultOf(new Story(steps).start('a').refused('a', error).finish('failed').events).usage
    }
    expect(refused(500)).toMatchObject({ cost: 0, unpriced_calls: 0 })
    expect(refused()).toMatchObject({ cost: null, unpriced_calls: 1 })
    expect(refused(200)).toMatchObject({ cost: null, unpriced_calls: 1 })
  })

  test('passes on what a person should know about an answer', () => {
    const story = new Story([llmStep('a', 'A')])
      .start('a')
      .succeedWithNote('a', 'x', 'the answer was cut off')
    expect(resultOf(story.finish().events).steps['a']).toMatchObject({
      status: 'succeeded',
      note: 'the answer was cut off',
    })
  })

  test('keeps raw outputs only when asked to', () => {
    const withoutRaw = resultOf(soundtrackSucceeds().events, false).steps['title_step']?.call_data
    expect(withoutRaw).not.toHaveProperty('raw_outputs')
    expect(withoutRaw).toHaveProperty('request_id', 'req-title_step')
  })

  test('takes names that mean something to JavaScript for names', () => {
    const outputs = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": "b"}') as Record<
      string,
      string
    >
    const given = JSON.parse('{"__proto__": {"polluted": true}}') as Record<string, string>
    const story = new Story([llmStep('a', 'A'), llmStep('b', 'B')], outputs)
      .start('a')
      .succeed('a', '', given)
    const result = resultOf(story.start('b').succeed('b', '', {}).finish().events)
    expect(JSON.stringify(result.outputs)).toBe('{"__proto__":{"polluted":true}}')
    expect({}).not.toHaveProperty('polluted')
  })

  test('finds the critical path through the item that ended last, also when times are equal', () => {
    const items = [0, 1, 2].map((index) => llmStep(`a[${index}]`, `A ${index}`))
    const story = new Story([
      ...items,
      llmStep('b', 'B', 'a'),
      { id: 'c', name: 'C', kind: 'value', needs: ['b', 'a'] },
    ])
    for (const { id } of items) story.start(id)
    story.succeed('a[0]', '').succeed('a[2]', '').succeed('a[1]', '')
    story.start('b').succeed('b', '').start('c').succeed('c', null).finish()
    expect(resultOf(story.events).critical_path).toEqual(['a[1]', 'b', 'c'])
  })

  test('of a hundred thousand events takes no more than a look at each', () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `a[${index}]`)
    const story = new Story(
      [...ids.map((id) => llmStep(id, id)), ...ids.map((id) => llmStep(`b_${id}`, id, 'a'))],
      { all: ids },
    )
    for (const id of [...ids, ...ids.map((id) => `b_${id}`)])
      story.ready(id).start(id).answered(id).succeed(id, id, { all: id })
    expect(resultOf(story.finish().events).outputs['all']).toHaveLength(20_000)
  })

  test('is the same when replayed from JSON, holds every step once, and its times add up', () => {
    fc.assert(
      fc.property(arbitraryRun, (events) => {
        const result = resultOf(events)
        expect(resultOf(events.map((event) => JSON.parse(JSON.stringify(event)) as RunEvent))).toEqual(result)
        expect(Object.keys(result.steps)).toEqual(stepsOf(events))
        for (const step of Object.values(result.steps)) {
          expect(step.result === null).toBe(step.status !== 'succeeded')
          expect(step.reason === null).toBe(step.status === 'succeeded')
          expect(step.execution_time ?? 0).toBeLessThanOrEqual(result.execution_time + 0.001)
          expect(step.call_data === null).toBe(step.kind !== 'llm')
        }
        const ran = Object.values(result.steps).filter((step) => step.start_time !== null)
        expect(result.critical_path.length > 0).toBe(ran.length > 0)
        expect(result.usage.calls).toBe(events.filter(isCall).length)
        expect(result.usage.calls).toBe(callsOfSteps(result))
      }),
    )
  })
})

/** The steps that there were in the end, in file order. */
function stepsOf(events: readonly RunEvent[]): readonly string[] {
  const [run] = events
  const expanded = new Map(
    events.flatMap((event) => (event.type === 'step-expanded' ? [[event.step, event.items] as const] : [])),
  )
  const steps = run?.type === 'run-started' ? run.steps : []
  return steps.flatMap((step) => expanded.get(step.id) ?? [step]).map(({ id }) => id)
}

/** Whether a call begins, however deep inside. */
function isCall(event: RunEvent): boolean {
  return event.type === 'flow-event' ? isCall(event.event) : event.type === 'attempt-started'
}

function callsOfSteps({ steps }: RunResult): number {
  const calls = Object.values(steps).map(({ call_data, runs = [] }) =>
    runs.reduce((sum, run) => sum + callsOfSteps(run), call_data?.attempts.length ?? 0),
  )
  return calls.reduce((sum, count) => sum + count, 0)
}
