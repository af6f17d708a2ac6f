import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadFlow, runFlow } from '../../src/index.ts'
import { root } from '../e2e/llmflows.ts'

const tools = (await import(join(root, 'flows/agent/tools.js'))) as {
  readonly calculate: (given: { readonly expression: string }) => string
  readonly lookUp: (given: { readonly name: string }) => string
  readonly readMove: (given: { readonly thought: string }) => { readonly tool: string; readonly input: string }
}

describe('the agent', () => {
  test('uses a tool in each round and ends with its answer', async () => {
    const result = await runFlow(await loadFlow(join(root, 'flows/agent.yaml')), { env: {} })
    expect(result.outputs).toEqual({
      answer: 'Mount Everest is almost twice as high as the Matterhorn (1.98 times).',
    })
    const rounds = result.steps['agent']?.runs ?? []
    expect(rounds.map(({ outputs }) => outputs['move'])).toEqual([
      { tool: 'almanac', input: 'Mount Everest' },
      { tool: 'almanac', input: 'Matterhorn' },
      { tool: 'calculator', input: '8849 / 4478' },
      { tool: 'answer', input: result.outputs['answer'] },
    ])
    expect(rounds.map(({ steps }) => [steps['sum']?.status, steps['entry']?.status])).toEqual([
      ['skipped', 'succeeded'],
      ['skipped', 'succeeded'],
      ['succeeded', 'skipped'],
      ['skipped', 'skipped'],
    ])
    expect(result.usage.calls).toBe(4)
  })

  test('says in which round it could not go on', async () => {
    const flow = await loadFlow(join(root, 'flows/agent.yaml'))
    const result = await runFlow(flow, { env: {}, maxCalls: 2 })
    expect(result.status).toBe('over_budget')
    expect(result.steps['agent']?.error).toMatchObject({
      code: 'call-limit',
      message: 'in round 3, step "think" of flow "round" failed: the run has made as many model calls as it may',
    })
  })

  test.each([
    ['1 + 2 * (3 - 4.5) / -3', '2'],
    ['2 * (3', 'an error: a parenthesis is not closed'],
    ['process.exit()', 'an error: "p" is no number'],
    ['', 'an error: "the end" is no number'],
    ['1 2', 'an error at "2"'],
  ])('calculates %s', (expression, value) => {
    expect(tools.calculate({ expression })).toBe(value)
  })

  test('takes a thought that names no tool for an answer, and knows what is not in the almanac', () => {
    expect(tools.readMove({ thought: ' A small gem. ' })).toEqual({ tool: 'answer', input: 'A small gem.' })
    expect(tools.lookUp({ name: '__proto__' })).toMatch(/^no entry "__proto__"; there are mount everest,/)
  })
})
