import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { createSpinner } from '../../src/reporters/spinner.ts'
import type { RunEvent } from '../../src/run/events.ts'
import { llmStep, soundtrackSucceeds, Story } from './story.ts'

/** A terminal of a given width that remembers what was written and which line it shows. */
function terminal(columns: number) {
  let written = ''
  let line = ''
  const stream: unknown = Object.assign(new PassThrough(), {
    isTTY: true,
    columns,
    rows: 24,
    cursorTo: () => true,
    moveCursor: () => true,
    clearLine: () => {
      line = ''
      return true
    },
    write: (chunk: string) => {
      written += chunk
      line += chunk.replace(/\x1b\[\?[0-9;]*[a-z]/gi, '')
      return true
    },
  })
  return { stream: stream as WriteStream, shown: () => line, written: () => written }
}

describe('on a terminal', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  /** What the line says after the events, `ms` after the first, without the frame of the spinner. */
  function shownAfter(events: readonly RunEvent[], { columns = 80, ms = 100 } = {}): string {
    const screen = terminal(columns)
    const start = performance.now()
    const spinner = createSpinner({ stream: screen.stream, now: () => performance.now() - start })
    for (const event of events) spinner.onEvent(event)
    vi.advanceTimersByTime(ms)
    const shown = screen.shown()
    spinner.end?.()
    return shown.replace(/^\S /u, '')
  }

  function soundtrackUntil(count: number): readonly RunEvent[] {
    const events = soundtrackSucceeds().events
    let settled = 0
    return events.filter(({ type }) => {
      if (settled === count && type === 'step-succeeded') settled++
      if (type === 'step-succeeded' && settled < count) settled++
      return settled <= count
    })
  }

  test('one line says how many steps are done, what runs and for how long', () => {
    expect(shownAfter(soundtrackUntil(0), { ms: 1600 })).toBe('0/7 steps  Movie Title Flowstep  1.6s')
    expect(shownAfter(soundtrackUntil(1), { ms: 4080 })).toBe(
      '1/7 steps  Song Title Flowstep, Characters Flowstep  4.1s',
    )
    expect(shownAfter(soundtrackUntil(4), { ms: 9600 })).toBe(
      '4/7 steps  Critic Flowstep 0, Critic Flowstep 1, Critic Flowstep 2  9.6s',
    )
  })

  test('steps of flows inside are counted, and what only waits for them does not run', () => {
    const outer = new Story([{ id: 'agent', name: 'Agent', kind: 'flow', needs: [] }]).start('agent')
    const inner = new Story([llmStep('think', 'Think'), llmStep('act', 'Act')]).start('think')
    const inside = inner.events.map((event): RunEvent => ({
      type: 'flow-event',
      at: 0,
      step: 'agent',
      run: 2,
      event,
    }))
    expect(shownAfter([...outer.events, ...inside])).toBe('0/3 steps  Agent 2 › Think  0.1s')
    const ended = inner.succeed('think', 'so').finish().events.slice(inside.length)
    const rest = ended.map((event): RunEvent => ({ type: 'flow-event', at: 0, step: 'agent', run: 2, event }))
    expect(shownAfter([...outer.events, ...inside, ...rest])).toBe('1/3 steps  0.1s')
  })

  test('time goes on while nothing happens', () => {
    expect(shownAfter(soundtrackUntil(0), { ms: 60_000 })).toBe('0/7 steps  Movie Title Flowstep  60.0s')
  })

  test('the line never takes more than the terminal has', () => {
    const shown = shownAfter(soundtrackUntil(4), { columns: 40, ms: 9600 })
    expect(shown).toBe('4/7 steps  Critic Flowstep 0, …  9.6s')
    expect(shownAfter(soundtrackUntil(4), { columns: 20, ms: 9600 })).toBe('4/7 steps  9.6s')
    const steps = Array.from({ length: 5000 }, (_, index) => llmStep(`a[${index}]`, `日本 ${index}`))
    const story = new Story(steps)
    for (const { id } of steps) story.start(id)
    expect(shownAfter(story.events, { columns: 40, ms: 160 })).toBe('0/5000 steps  日本 0, 日本 1, …  0.2s')
  })

  test('a name cannot act on the terminal', () => {
    const story = new Story([llmStep('a', 'a\x1b[2J\nb')]).start('a')
    expect(shownAfter(story.events, { ms: 160 })).toBe('0/1 step  a␛[2J␊b  0.2s')
  })

  test('nothing is left of it when the run ends, however it ends', () => {
    const events = soundtrackSucceeds().events
    for (const told of [events, events.slice(0, 9)]) {
      const screen = terminal(80)
      const spinner = createSpinner({ stream: screen.stream })
      for (const event of told) spinner.onEvent(event)
      spinner.end?.()
      spinner.end?.()
      expect(screen.shown()).toBe('')
      expect(screen.written().match(/\x1b\[\?25l/g)).toHaveLength(1)
      expect(screen.written().match(/\x1b\[\?25h/g)).toHaveLength(1)
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})
