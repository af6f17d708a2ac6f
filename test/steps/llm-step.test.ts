import { describe, expect, test } from 'vitest'
import { calls, flowText, only, statuses, told, type Told } from '../run/front-door.ts'

interface Script {
  readonly answers?: readonly object[]
  readonly llm?: object
  readonly step?: object
}

/** Runs one step against a script of answers. */
function ask({ answers = [{ answer: 'hello' }], llm, step }: Script): Promise<Told> {
  return told(
    flowText({
      llms: { writer: { provider: 'scripted', max_tokens: 100, answers, ...llm } },
      steps: { ask: { prompt: 'Say something', ...step } },
    }),
  )
}

const cut = { answer: 'hello wor', finish_reason: 'length', times: 1 }

describe('an answer that is cut off', () => {
  test('is an error that says how to go on', async () => {
    const run = await ask({ answers: [cut] })
    expect(run.result.steps['ask']).toMatchObject({
      status: 'failed',
      generated: 'hello wor',
      result: null,
      error: {
        code: 'truncated-answer',
        message: 'the answer was cut off after max_tokens 100',
        help: 'raise max_tokens, or accept such answers with "on_truncated: continue"',
      },
    })
    expect(run.result.outputs).toEqual({})
    expect(calls(run)).toBe(1)
  })

  test('is taken as it is with on_truncated: continue', async () => {
    const run = await ask({ answers: [cut], step: { on_truncated: 'continue' } })
    expect(run.result.outputs).toEqual({ ask: 'hello wor' })
    expect(run.result.steps['ask']).toMatchObject({ call_data: { finish_reason: 'length' } })
  })

  test('is no answer even then when nothing of it came', async () => {
    const run = await ask({
      answers: [{ answer: '', finish_reason: 'length' }],
      step: { on_truncated: 'continue' },
    })
    expect(run.result.steps['ask']).toMatchObject({ error: { code: 'truncated-answer' } })
  })

  test('is asked for again with twice the max_tokens with on_truncated: retry', async () => {
    const run = await ask({ answers: [cut, { answer: 'hello world' }], step: { on_truncated: 'retry' } })
    expect(run.result.outputs).toEqual({ ask: 'hello world' })
    expect(only(run, 'attempt-started').map(({ max_tokens }) => max_tokens)).toEqual([100, 200])
    expect(run.result.steps['ask']!.call_data!.attempts).toMatchObject([
      { status: 'failed', error: { code: 'truncated-answer' }, wait: 0 },
      { status: 'succeeded', error: null, wait: null },
    ])
    expect(run.result.usage).toMatchObject({ calls: 2, output_tokens: 4 })
  })

  test('is asked for again only once', async () => {
    const run = await ask({ answers: [{ ...cut, times: 9 }], step: { on_truncated: 'retry' } })
    expect(calls(run)).toBe(2)
    expect(run.result.steps['ask']).toMatchObject({
      error: { code: 'truncated-answer', message: 'the answer was cut off after max_tokens 200' },
    })
  })

  test('is asked for again once also when a call in between failed', async () => {
    const answers = [cut, { status: 500, times: 1 }, { ...cut, times: 9 }]
    const run = await ask({ answers, step: { on_truncated: 'retry' } })
    expect(only(run, 'attempt-started').map(({ max_tokens }) => max_tokens)).toEqual([100, 200, 200])
  })

  test('does not use up the retries of failed calls', async () => {
    const answers = [cut, { status: 500, times: 1 }, { answer: 'hello world' }]
    const run = await ask({ answers, llm: { max_retries: 1 }, step: { on_truncated: 'retry' } })
    expect(run.result.outputs).toEqual({ ask: 'hello world' })
    expect(calls(run)).toBe(3)
  })

  test('and its record stay when what follows fails', async () => {
    for (const status of [400, 500]) {
      const answers = [cut, { status }]
      const run = await ask({ answers, llm: { max_retries: 1 }, step: { on_truncated: 'retry' } })
      expect(run.result.steps['ask']).toMatchObject({
        status: 'failed',
        error: { http_status: status },
        generated: 'hello wor',
        call_data: { finish_reason: 'length', raw_outputs: { text: 'hello wor' } },
      })
    }
  })

  test('stays when the time is over before it has been asked for again', async () => {
    const answers = [cut, { answer: 'hello world', delay: '9s' }]
    const run = await ask({ answers, step: { on_truncated: 'retry', timeout: '5s' } })
    expect(run.result.steps['ask']).toMatchObject({
      error: { code: 'timeout' },
      generated: 'hello wor',
      call_data: { attempts: [{ wait: 0 }, { status: 'failed', error: { code: 'timeout' } }] },
    })
  })

  test('is not asked for again where the run may make no more calls', async () => {
    const text = flowText({
      llms: { writer: { provider: 'scripted', answers: [cut, { answer: 'hello world' }] } },
      steps: { ask: { prompt: 'Say something', on_truncated: 'retry' } },
    })
    const run = await told(text, { maxCalls: 1 })
    expect(run.result.steps['ask']).toMatchObject({
      error: { code: 'truncated-answer' },
      generated: 'hello wor',
      call_data: { attempts: [{ wait: null }] },
    })
  })

  test('is not asked for again where twice as much has no room in the context', async () => {
    const run = await ask({
      answers: [cut, { answer: 'hello world' }],
      llm: { context_window: 150 },
      step: { on_truncated: 'retry' },
    })
    expect(calls(run)).toBe(1)
    expect(run.result.steps['ask']).toMatchObject({ error: { code: 'truncated-answer' } })
  })
})

test.each([
  [
    'a refusal',
    { answer: 'I will not', finish_reason: 'refusal' },
    'refused',
    'llm "writer" refused to answer',
  ],
  [
    'an answer stopped by a content filter',
    { answer: 'I', finish_reason: 'content-filter' },
    'content-filtered',
    'the answer was stopped by the content filter of llm "writer"',
  ],
  ['an empty answer', { answer: '' }, 'empty-answer', 'llm "writer" gave an empty answer'],
  ['an answer of blanks', { answer: ' \n\t ' }, 'empty-answer', 'llm "writer" gave an empty answer'],
])('%s is an outcome and no text, and is not asked for again', async (_, answer, code, message) => {
  const run = await ask({ answers: [answer] })
  expect(calls(run)).toBe(1)
  expect(run.result.steps['ask']).toMatchObject({
    status: 'failed',
    error: { code, message },
    generated: answer.answer,
    result: null,
  })
})

describe('a value that is missing', () => {
  test('fails the step that needs it before any call, and names it', async () => {
    const run = await told(
      flowText({
        inputs: { plan: { type: 'object' } },
        llms: { writer: { provider: 'scripted', answers: [{ answer: 'hello' }] } },
        steps: { ask: { prompt: 'About {plan.title}' }, after: { prompt: 'More on {ask}' } },
      }),
      { inputs: { plan: {} } },
    )
    expect(calls(run)).toBe(0)
    expect(run.result.steps['ask']).toMatchObject({
      status: 'failed',
      error: { code: 'missing-value', message: '"plan.title" has no value' },
      prompt_inputs: { plan: {} },
      prompt: null,
      messages: null,
    })
    expect(statuses(run)).toEqual({ ask: 'failed', after: 'blocked' })
  })

  test.each(['value', 'llm'])('in an item fails that item of a %s step, and nothing else', async (kind) => {
    const verb = kind === 'value' ? { value: '{item}' } : { prompt: 'About {item}' }
    const run = await told(
      flowText({
        inputs: { plan: { type: 'object' } },
        llms: { writer: { provider: 'scripted', answers: [{ answer: 'hello' }] } },
        steps: {
          each: { ...verb, for_each: ['{plan.title}', 'ready'] },
          other: { prompt: 'Hello' },
        },
      }),
      { inputs: { plan: {} } },
    )
    expect(statuses(run)).toEqual({ 'each[0]': 'failed', 'each[1]': 'succeeded', 'other': 'succeeded' })
    expect(run.result.steps['each[0]']).toMatchObject({
      error: { code: 'missing-value', message: '"plan.title" has no value' },
      prompt_inputs: { index: 0 },
    })
  })

  test('has a stand-in, or is left out, where the prompt says so', async () => {
    const run = await told(
      flowText({
        inputs: { plan: { type: 'object' } },
        llms: { writer: { provider: 'scripted', answers: [{ answer: '{prompt}' }] } },
        steps: { ask: { prompt: 'A {plan.title ?? "film"}{plan.year?}' } },
      }),
      { inputs: { plan: {} } },
    )
    expect(run.result.outputs).toEqual({ ask: 'A film' })
  })
})

test('a prompt that does not fit the context window is not sent', async () => {
  const run = await ask({ llm: { context_window: 103 }, step: { prompt: 'x'.repeat(13) } })
  expect(calls(run)).toBe(0)
  expect(run.result.steps['ask']).toMatchObject({
    status: 'failed',
    error: {
      code: 'prompt-too-long',
      message:
        'the prompt has about 4 tokens and the answer may have 100, more than the 103 that llm "writer" can take',
      help: 'shorten the prompt or lower max_tokens',
    },
  })
  expect(calls(await ask({ llm: { context_window: 103 }, step: { prompt: 'x'.repeat(12) } }))).toBe(1)
})

test('system, turns and prompt are sent in this order, and stand in the record', async () => {
  const run = await told(
    flowText({
      llms: { writer: { provider: 'scripted', answers: [{ answer: 'yes' }] } },
      steps: {
        ask: {
          system: 'You know {topic}',
          messages: [
            { role: 'user', content: 'Is {topic} wet?' },
            { role: 'assistant', content: 'yes' },
          ],
          prompt: 'Is {topic} warm?',
        },
      },
    }),
    { inputs: { topic: 'rain' } },
  )
  expect(run.result.steps['ask']).toMatchObject({
    prompt_inputs: { topic: 'rain' },
    prompt_template: 'Is {topic} warm?',
    prompt: 'Is rain warm?',
    messages: [
      { role: 'system', content: 'You know rain' },
      { role: 'user', content: 'Is rain wet?' },
      { role: 'assistant', content: 'yes' },
    ],
  })
})

test('raw outputs are left out when nobody wants them', async () => {
  const text = flowText({
    llms: { writer: { provider: 'scripted', answers: [{ answer: 'hello' }] } },
    steps: { ask: { prompt: 'Say something' } },
  })
  const kept = await told(text)
  expect(kept.result.steps['ask']!.call_data!.raw_outputs).toMatchObject({ scripted: true, text: 'hello' })
  const run = await told(text, { keepRaw: false })
  expect(only(run, 'attempt-finished')[0]).not.toHaveProperty('raw')
  expect(run.result.steps['ask']!.call_data).not.toHaveProperty('raw_outputs')
})
