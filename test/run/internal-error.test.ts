import { expect, test } from 'vitest'
import type { RunEvent } from '../../src/run/events.ts'
import { InternalError } from '../../src/run/internal-error.ts'
import { flowText, told } from './front-door.ts'
import { HeldWorld } from './held-world.ts'

const mistake = new Error('llmflows is wrong')

/** A world that stops being random when it is broken: a retry finds that out, and no one expects it. */
class BreakableWorld extends HeldWorld {
  isBroken = false
  override readonly random = (): number => {
    if (this.isBroken) throw mistake
    return 0.5
  }
}

const flow = flowText({
  llms: {
    writer: { provider: 'scripted', answers: [{ answer: 'paid for' }] },
    failing: { provider: 'scripted', answers: [{ status: 500 }], max_retries: 9 },
  },
  steps: {
    ask: { prompt: 'Say something', llm: 'writer' },
    broken: { prompt: 'Fail after {ask}', llm: 'failing' },
    last: { value: '{broken}' },
  },
})

test('a mistake of llmflows itself does not take away what the run has come to', async () => {
  const events: RunEvent[] = []
  const world = new BreakableWorld()
  const onEvent = (event: RunEvent): void => {
    events.push(event)
    world.isBroken ||= event.type === 'step-succeeded'
  }
  const run = told(flow, { world, reporters: [{ onEvent }] })
  const error: unknown = await run.catch((reason: unknown) => reason)
  if (!(error instanceof InternalError)) throw new Error('the run has not been given up', { cause: error })
  expect(error).toMatchObject({ message: 'llmflows is wrong', cause: mistake })
  expect(error.result).toMatchObject({
    status: 'cancelled',
    outputs: { ask: 'paid for' },
    steps: {
      broken: { status: 'cancelled', reason: 'llmflows itself is wrong, and the run was given up' },
      last: { status: 'cancelled', reason: 'llmflows itself is wrong, and the run was given up' },
    },
  })
  expect(events.at(-1)).toMatchObject({ type: 'run-finished', status: 'cancelled', reason: 'internal-error' })
})
