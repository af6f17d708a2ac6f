import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { RunRefused } from '../../src/index.ts'
import { loaded } from './flow-files.ts'
import { calls, flowText, statuses, told } from './front-door.ts'

/** Steps of which each asks a scripted model; every token costs a thousandth of a dollar. */
function flow(
  more: Readonly<Record<string, unknown>> = {},
  llm: Readonly<Record<string, unknown>> = {},
): string {
  return flowText({
    llms: {
      fake: {
        provider: 'scripted',
        answers: [
          { match: 'slow', answer: 'late', delay: '2s' },
          { answer: 'one two three', delay: '1s' },
        ],
        max_tokens: 50,
        ...llm,
      },
    },
    steps: { all: { for_each: 6, prompt: 'item {index}', output_key: 'all' } },
    ...more,
  })
}

describe('a budget', () => {
  test('in tokens is never passed; what has no room is not called, and the run is over budget', async () => {
    const run = await told(flow(), { maxTokens: 120 })
    const { usage, status, steps, reason } = run.result
    expect(status).toBe('over_budget')
    expect(reason).toBeNull()
    expect(usage.input_tokens + usage.output_tokens).toBeLessThanOrEqual(120)
    const failed = Object.values(steps).filter((step) => step.status === 'failed')
    expect(failed.length).toBeGreaterThan(0)
    expect(usage.calls).toBe(6 - failed.length)
    expect(failed[0]?.error).toEqual({
      code: 'over-budget',
      message: 'the call was not made, since it could pass the budget of 120 tokens',
      help: 'go on with --resume and a larger --max-tokens',
    })
  })

  test('lets calls wait for those under way, which take less than they might', async () => {
    const run = await told(flow(), { maxTokens: 1000 })
    expect(run.result.status).toBe('succeeded')
    const tight = await told(flow({}, { max_tokens: 100 }), { maxTokens: 300 })
    expect(tight.result.status).toBe('succeeded')
  })

  test('stands in the flow, and whoever runs it may say otherwise', async () => {
    const text = flow({ budget: { max_tokens: 10 } })
    expect((await told(text)).result.status).toBe('over_budget')
    expect((await told(text, { maxTokens: 1000 })).result.status).toBe('succeeded')
    const few = flow({ budget: { max_calls: 2 }, steps: { a: { prompt: 'a' }, b: { prompt: 'b {a}' } } })
    expect(calls(await told(few))).toBe(2)
    await expect(told(flow({ budget: { max_calls: 2 } }))).rejects.toThrow('the flow makes 6 model calls')
  })

  test('in calls makes a run over budget when retries use them up', async () => {
    const llm = { answers: [{ status: 500, times: 2 }, { answer: 'x' }], max_retries: 5 }
    const run = await told(flow({ steps: { a: { prompt: 'a' } } }, llm), { maxCalls: 2 })
    expect(run.result).toMatchObject({ status: 'over_budget', usage: { calls: 2 } })
  })

  test('in dollars needs every price', async () => {
    const text = flowText({
      llms: { x: { provider: 'openai-compatible', base_url: 'http://127.0.0.1:1/v1', model: 'm' } },
      steps: { a: { prompt: 'a' } },
    })
    await expect(told(text, { maxCost: 1 })).rejects.toThrow(RunRefused)
    await expect(told(text, { maxCost: 1 })).rejects.toThrow('no known price for openai-compatible/m')
  })
})

describe('a flow inside a step', () => {
  const forty = Array.from({ length: 40 }, () => 'word').join(' ')
  const llms = { writer: { provider: 'scripted', max_tokens: 50, answers: [{ answer: forty, delay: '1s' }] } }

  test('that has lost items to the budget goes on, and the run around it is over budget', async () => {
    const ran = await told(
      await loaded({
        'outer.json': { steps: { inner: { flow: 'inner.json' }, after: { value: '{inner.all[0]?}' } } },
        'inner.json': {
          name: 'inner',
          llms,
          steps: { each: { for_each: 6, prompt: 'q {index}', on_item_error: 'drop', output_key: 'all' } },
        },
      }),
      { maxTokens: 230 },
    )
    expect(statuses(ran)).toEqual({ inner: 'succeeded', after: 'succeeded' })
    expect(ran.result.outputs['after']).toBe(forty)
    expect(ran.result.status).toBe('over_budget')
    expect(ran.result.steps['inner']?.runs?.[0]?.status).toBe('over_budget')
  })

  test('that a model has as a tool makes the run over budget, whatever the model does without it', async () => {
    const asking = [{ name: 'look', arguments: '{}' }]
    const agent = [{ match: 'budget', answer: 'gave up' }, { tool_calls: asking }]
    const ran = await told(
      await loaded({
        'outer.json': {
          llms: { agent: { provider: 'scripted', max_tokens: 50, answers: agent } },
          tools: { look: { description: 'Looks it up', flow: 'inner.json' } },
          steps: { agent: { prompt: 'q', tools: ['look'] } },
        },
        'inner.json': {
          name: 'inner',
          llms: { writer: { ...llms.writer, max_tokens: 5000 } },
          steps: { ask: { prompt: 'z' } },
        },
      }),
      { maxTokens: 2000 },
    )
    expect(ran.result).toMatchObject({ status: 'over_budget', outputs: { agent: 'gave up' } })
  })
})

test('no budget in tokens is passed, whatever the answers turn out to be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 2000 }),
      fc.array(
        fc.record({ words: fc.integer({ min: 1, max: 40 }), delay: fc.integer({ min: 0, max: 50 }) }),
        {
          minLength: 1,
          maxLength: 12,
        },
      ),
      async (maxTokens, answers) => {
        const rules = answers.map(({ words, delay }, index) => ({
          match: `item ${index}.`,
          answer: Array.from({ length: words }, () => 'word').join(' '),
          delay: `${delay}ms`,
        }))
        const text = flow(
          { steps: { all: { for_each: answers.length, prompt: 'item {index}.', output_key: 'all' } } },
          { answers: rules, max_tokens: 60 },
        )
        const { result } = await told(text, { maxTokens })
        expect(result.usage.input_tokens + result.usage.output_tokens).toBeLessThanOrEqual(maxTokens)
        const isWhole = Object.values(result.steps).every(({ status }) => status === 'succeeded')
        expect(result.status).toBe(isWhole ? 'succeeded' : 'over_budget')
      },
    ),
    { numRuns: 60 },
  )
})
