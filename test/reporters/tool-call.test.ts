import { expect, test } from 'vitest'
import { toolCallText } from '../../src/reporters/tool-call.ts'
import { createVerbose } from '../../src/reporters/verbose.ts'
import { plainPalette } from '../../src/source/palette.ts'
import type { RunError } from '../../src/run/events.ts'
import type { Json } from '../../src/source/json.ts'
import { llmStep, Story } from './story.ts'

const started = (tool: string, given: Json) =>
  ({ type: 'tool-call-started', at: 10, step: 'a', call: 1, attempt: 1, tool, arguments: given }) as const
const finished = (result: Json, error: RunError | null = null) =>
  ({ type: 'tool-call-finished', at: 30, step: 'a', call: 1, result, error }) as const

test.each([
  ['add', { x: 1, y: 2 }, 3, 'add({"x":1,"y":2}) → 3'],
  ['now', {}, 'noon', 'now() → noon'],
  ['list', [], [], 'list() → '],
  ['read', '{"x":', null, 'read({"x":) → null'],
  ['evil\n\u001B[2J', 'a\u001B]0;x\u0007b', '\u202Egnp', 'evil␊␛[2J(a␛]0;x␇b) → <U+202E>gnp'],
  [
    'x'.repeat(100),
    { text: 'y'.repeat(200) },
    'z'.repeat(200),
    `${'x'.repeat(47)}…${'x'.repeat(16)}({"text":"${'y'.repeat(50)}…${'y'.repeat(18)}"}) → ${'z'.repeat(59)}…${'z'.repeat(20)}`,
  ],
])('a call of %j with %j that gives %j is %j', (tool, given, result, text) => {
  expect(toolCallText(started(tool, given), finished(result))).toBe(text)
})

test('a call that failed says why', () => {
  const error = { code: 'function-failed', message: 'RangeError: no 1\n(calc.ts:6:9)' }
  expect(toolCallText(started('add', { x: 1 }), finished(null, error))).toBe(
    'add({"x":1}) ✖ RangeError: no 1␊(calc.ts:6:9)',
  )
})

test('calls stand between the lines of their step, and its rounds are no retries', () => {
  const story = new Story([llmStep('a', 'Agent')]).ready('a').start('a')
  story.at(10).events.push({
    type: 'attempt-finished',
    at: 10,
    step: 'a',
    attempt: 1,
    error: null,
    wait: null,
    finish_reason: 'tool-calls',
    request_id: null,
    model: null,
    usage: null,
    cost: 0,
  })
  story.events.push(started('add', { x: 1 }), finished(3))
  story.at(1010).attempt('a', 2)
  story.at(2000).answered('a', { attempt: 2 }).succeed('a', '3')
  let text = ''
  const reporter = createVerbose({ write: (piece) => (text += piece), palette: plainPalette, columns: 80 })
  for (const event of story.events) reporter.onEvent(event)
  expect(text).toBe(` 0.00s  ▶ Agent            openai gpt-4o-mini
 0.03s  ↳ Agent   0.02s    add({"x":1}) → 3
 2.00s  ✔ Agent   2.00s    17 tokens  $0.0000  1 round
        "3"
`)
})
