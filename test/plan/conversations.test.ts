import { describe, expect, test } from 'vitest'
import { planFlow, type Plan } from '../../src/plan/plan.ts'
import { compile, words } from './words.ts'

function plan(conversation: string, more = ''): Plan {
  const text = `llmflows: 1
name: talk
llms: { w: { provider: openai, model: m, max_tokens: 10 } }
conversations: { poet: ${conversation} }
steps:
  one: { conversation: poet, prompt: a b }
  two: { conversation: poet, prompt: c d }
  three: { conversation: poet, prompt: e f }
connections: { one: two, two: three }
${more}`
  const planned = planFlow(compile(text), { inputs: new Map(), tokenizer: words, maxItems: 200 })
  if ('problems' in planned) throw new Error(planned.problems.map(({ message }) => message).join('\n'))
  return planned.plan
}

const said = (planned: Plan, position: number): readonly string[] =>
  planned.steps[position]?.prompts[0]?.messages.map(({ role, content }) => `${role}: ${content}`) ?? []

describe('the plan of a conversation', () => {
  test('holds what will have been said, and names the answers that are not known yet', () => {
    const planned = plan('{ system: Rhyme }')
    expect(said(planned, 0)).toEqual(['system: Rhyme', 'user: a b'])
    expect(said(planned, 2)).toEqual([
      'system: Rhyme',
      'user: a b',
      'assistant: {one}',
      'user: c d',
      'assistant: {two}',
      'user: e f',
    ])
    expect(planned.steps[2]?.prompts[0]?.waits_for).toEqual(['one', 'two'])
  })

  test('counts what is said again: words, answers of 0 to 10 tokens, and the frame of each message', () => {
    const planned = plan('{ system: Rhyme }')
    // 3 for the chat, 4 for each message: 3 + 2 · 4, then two more messages for each turn before.
    expect(planned.steps.map((step) => 'input_tokens' in step && step.input_tokens)).toEqual([
      { lower: 3, expected: 3 + 11, upper: 3 + 11 },
      { lower: 5, expected: 5 + 5 + 19, upper: 5 + 10 + 19 },
      { lower: 7, expected: 7 + 10 + 27, upper: 7 + 20 + 27 },
    ])
  })

  test('forgets as the run does', () => {
    expect(said(plan('{ system: Rhyme, max_messages: 3 }'), 2)).toEqual([
      'system: Rhyme',
      'user: c d',
      'assistant: {two}',
      'user: e f',
    ])
  })
})
