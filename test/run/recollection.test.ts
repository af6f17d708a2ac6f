import { expect, test } from 'vitest'
import type { AttemptFinished, Json, RunEvent } from '../../src/index.ts'
import { Recollection } from '../../src/run/recollection.ts'
import { loaded } from './flow-files.ts'
import { told } from './front-door.ts'

function recollected(events: readonly RunEvent[]): Recollection {
  const recollection = new Recollection()
  for (const event of events) recollection.add({ event } as unknown as Json)
  return recollection
}

test('what earlier sessions have taken is what their results say, with flows inside and without what was not called', async () => {
  const price = { input: 1000, output: 2000 }
  const answers = [
    { match: 'bad', status: 500, times: 1 },
    { answer: 'one two three', delay: '1s' },
  ]
  const ran = await told(
    await loaded({
      'outer.json': {
        llms: { writer: { provider: 'scripted', max_tokens: 5000, answers } },
        steps: {
          inner: { for_each: 2, flow: 'inner.json' },
          over: { prompt: 'refused after {inner}' },
        },
      },
      'inner.json': {
        name: 'inner',
        llms: { writer: { provider: 'scripted', max_tokens: 20, price, answers } },
        steps: { ask: { prompt: 'bad' } },
      },
    }),
    { maxTokens: 1000 },
  )
  const { calls, input_tokens, output_tokens } = ran.result.usage
  expect(ran.result.steps['over']?.error?.code).toBe('over-budget')
  expect(recollected(ran.events).taken).toMatchObject({ calls, tokens: input_tokens + output_tokens })
})

test('the attempts of functions and programs call nobody', () => {
  const steps = (['function', 'command', 'llm'] as const).map((kind) => ({
    id: kind,
    name: kind,
    kind,
    needs: [],
  }))
  const finished = steps.map(({ id }): AttemptFinished => {
    const nothing = { error: null, wait: null, finish_reason: null, request_id: null, model: null }
    return { type: 'attempt-finished', at: 1, step: id, attempt: 1, ...nothing, usage: null, cost: 0 }
  })
  const expanded: RunEvent = { type: 'step-expanded', at: 0, step: 'all', items: steps }
  expect(recollected([expanded, ...finished]).taken.calls).toBe(1)
})
