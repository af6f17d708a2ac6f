import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openPlayer, openRecorder, type Recordings } from '../../src/index.ts'
import { flowText, told } from './front-door.ts'

const redact = (text: string): string => text

/** A flow whose model says something else whenever it is asked. */
function flow(prompt = 'Say a word'): string {
  const answers = ['one', 'two', 'three'].map((answer) => ({ answer, times: 1 }))
  return flowText({
    llms: { fake: { provider: 'scripted', answers } },
    steps: { say: { for_each: 3, prompt, output_key: 'words' }, all: { value: '{words}' } },
  })
}

test('a run of the library is recorded, and replayed without a call to what it came to', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-recorded-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const warnings: unknown[] = []
  const onWarning = (error: unknown): void => void warnings.push(error)
  const record: Recordings = { kind: 'record', recorder: openRecorder(folder, { redact }), onWarning }
  const first = await told(flow(), { recordings: record })
  expect([first.result.status, warnings]).toEqual(['succeeded', []])
  const replay: Recordings = { kind: 'replay', player: openPlayer(folder, { redact }), folder }
  const second = await told(flow(), { recordings: replay, maxCalls: 3 })
  expect(second.result.outputs).toEqual(first.result.outputs)
  expect(second.result.usage).toMatchObject({ calls: 0, input_tokens: 0, cost: 0 })
  const other = await told(flow('Say another word'), {
    recordings: { ...replay, player: openPlayer(folder, { redact }) },
  })
  expect(other.result.steps['say[0]']?.error?.code).toBe('not-recorded')
})

test.each([
  null,
  { finishReason: 'stop' },
  { text: 5, finishReason: 'stop' },
  { text: 'one', finishReason: 'whim' },
  { text: 'one', finishReason: 'stop', usage: { inputTokens: -1, outputTokens: 1 } },
  { text: 'one', finishReason: 'stop', model: {} },
  { text: '', finishReason: 'tool-calls', toolCalls: [{ id: 'a', name: 'add' }] },
])('a recording that holds no answer fails the step that asks: %j', async (answer) => {
  const player = { play: () => ({ isHit: true as const, answer, path: 'say.json' }) }
  const { result } = await told(flow(), { recordings: { kind: 'replay', player, folder: '.' } })
  expect(result.steps['say[0]']?.error).toMatchObject({
    code: 'bad-response',
    message: 'what "say.json" holds as an answer is none',
  })
})
