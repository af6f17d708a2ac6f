import { describe, expect, test } from 'vitest'
import { loaded } from './flow-files.ts'
import { only, statuses, told } from './front-door.ts'

const answers = [{ answer: 'ok', delay: '100ms' }]
const llms = { writer: { provider: 'scripted', max_concurrency: 1, answers } }
const tools = { lookup: { description: 'Looks a word up', flow: 'lookup.json' } }
const lookup = { name: 'lookup', steps: { found: { value: 'nothing' } } }

describe('a step whose tools are flows', () => {
  test.each([
    ['plain', 'agent'],
    ['agent', 'plain'],
  ])('takes turns at its model with a step that has none: %s before %s', async (first, second) => {
    const steps = { plain: { prompt: 'a' }, agent: { prompt: 'b', tools: ['lookup'] } }
    const inOrder = Object.fromEntries([first, second].map((id) => [id, steps[id as keyof typeof steps]]))
    const ran = await told(
      await loaded({ 'outer.json': { llms, tools, steps: inOrder }, 'lookup.json': lookup }),
    )
    expect(only(ran, 'step-started').map(({ step, at }) => [step, at])).toEqual([
      [first, 0],
      [second, 100],
    ])
    expect(ran.result.status).toBe('succeeded')
  })

  test('takes turns with a flow where only one of them may run', async () => {
    const ran = await told(
      await loaded({
        'outer.json': {
          llms,
          tools,
          steps: { inner: { flow: 'inner.json' }, agent: { prompt: 'b', tools: ['lookup'] } },
        },
        'inner.json': { name: 'inner', llms, steps: { ask: { prompt: 'c' } } },
        'lookup.json': lookup,
      }),
      { maxConcurrency: 1 },
    )
    expect(statuses(ran)).toEqual({ inner: 'succeeded', agent: 'succeeded' })
    expect(only(ran, 'step-started').map(({ at }) => at)).toEqual([0, 100])
  })
})
