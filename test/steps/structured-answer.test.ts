import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from '../../src/steps/structured-answer.ts'
import { calls, flowText, only, told, type Told } from '../run/front-door.ts'

const plan = {
  type: 'object',
  properties: { title: { type: 'string' }, scenes: { type: 'array', items: { type: 'string' } } },
  required: ['title', 'scenes'],
  additionalProperties: false,
}
const good = '{"title":"Rain","scenes":["sea","sky"]}'

interface Script {
  readonly answers: readonly object[]
  readonly llm?: object
  readonly schema?: object
  readonly steps?: object
}

/** Asks a script of answers for a plan. */
function planned({ answers, llm, schema = plan, steps }: Script): Promise<Told> {
  return told(
    flowText({
      llms: { writer: { provider: 'scripted', answers, ...llm } },
      steps: { plan: { prompt: 'Plan a film', output_schema: schema }, ...steps },
    }),
  )
}

describe('an answer that has to be JSON', () => {
  test('gives its value, frozen, and parts of it are variables with types', async () => {
    const run = await planned({
      answers: [{ match: 'Plan', answer: good }, { answer: '<{prompt}>' }],
      steps: {
        poem: { prompt: 'About {plan.title}' },
        scene: { for_each: '{plan.scenes}', prompt: 'The {item}' },
      },
    })
    expect(run.result.outputs).toEqual({
      plan: { title: 'Rain', scenes: ['sea', 'sky'] },
      poem: '<About Rain>',
      scene: ['<The sea>', '<The sky>'],
    })
    const value = run.result.outputs['plan'] as { scenes: string[] }
    expect(() => value.scenes.push('x')).toThrow(TypeError)
    expect(run.result.steps['plan']!.generated).toBe(good)
  })

  test('is asked for again with what is wrong with it, and every call counts', async () => {
    const wrong = '{"title":5,"scene":[]}'
    const run = await planned({ answers: [{ answer: wrong, times: 1 }, { answer: good }] })
    expect(run.result.status).toBe('succeeded')
    const message =
      'the answer does not fit "output_schema": lacks "scenes"; at title must be text, not 5; has no "scene"'
    const { attempts, retries, usage } = run.result.steps['plan']!.call_data!
    expect(attempts).toMatchObject([
      { status: 'failed', error: { code: 'schema-mismatch', message }, wait: 0 },
      {
        status: 'succeeded',
        messages: [
          { role: 'assistant', content: wrong },
          {
            role: 'user',
            content: `T${message.slice(1)}.\nAnswer again, with nothing but JSON that fits.`,
          },
        ],
      },
    ])
    expect(attempts[0]).not.toHaveProperty('messages')
    expect(retries).toBe(1)
    expect(usage!.output_tokens).toBe(2)
  })

  test('fails the step after max_retries, with the last answer', async () => {
    const run = await planned({ answers: [{ answer: 'no' }], llm: { max_retries: 2 } })
    expect(calls(run)).toBe(3)
    expect(run.result.steps['plan']).toMatchObject({
      status: 'failed',
      generated: 'no',
      error: { code: 'schema-mismatch', message: expect.stringContaining('is not JSON') },
    })
    const [, second, third] = only(run, 'attempt-started')
    expect([second!.messages, third!.messages]).toMatchObject([
      [{ content: 'no' }, { role: 'user' }],
      [{ content: 'no' }, { role: 'user' }],
    ])
  })

  test('is asked for again after a server error too, and both count as retries', async () => {
    const answers = [{ status: 500, times: 1 }, { answer: 'no', times: 1 }, { answer: good }]
    const run = await planned({ answers, llm: { max_retries: 2 } })
    expect(run.result.status).toBe('succeeded')
    expect(calls(run)).toBe(3)
  })

  test('keeps what came before when the server then fails', async () => {
    const answers = [{ answer: 'no', times: 1 }, { status: 400 }]
    const run = await planned({ answers })
    expect(run.result.steps['plan']).toMatchObject({ generated: 'no', error: { http_status: 400 } })
  })

  test('is not asked for again when that would not fit what the model can take', async () => {
    const run = await planned({
      answers: [{ answer: 'n'.repeat(800) }],
      llm: { context_window: 300, max_tokens: 100 },
    })
    expect(calls(run)).toBe(1)
    expect(run.result.steps['plan']).toMatchObject({ error: { code: 'schema-mismatch' } })
  })

  test('that is refused, cut off or empty is that, and nothing else', async () => {
    for (const [finish_reason, code] of [
      ['refusal', 'refused'],
      ['length', 'truncated-answer'],
      ['content-filter', 'content-filtered'],
    ]) {
      const run = await planned({ answers: [{ answer: 'no', finish_reason }] })
      expect(run.result.steps['plan']).toMatchObject({ error: { code } })
      expect(calls(run)).toBe(1)
    }
  })

  test('says in the record what the API is told, or what is added to the prompt', async () => {
    const answers = [{ answer: good }]
    const request = only(await planned({ answers }), 'step-started')[0]!
    expect(request.prompt).toBe('Plan a film')
    expect(request.model_config!.response_format).toEqual({ name: 'plan', schema: plan, strict: false })
    const prompt = only(await planned({ answers, llm: { schema_in: 'prompt' } }), 'step-started')[0]!
    expect(prompt.model_config).not.toHaveProperty('response_format')
    expect(prompt.prompt).toBe(
      `Plan a film\n\nAnswer with JSON that fits this JSON Schema, and with nothing else:\n${JSON.stringify(plan)}`,
    )
    expect(prompt.prompt_template).toBe('Plan a film')
  })
})

describe('the JSON of an answer', () => {
  const any = {}
  test.each([
    ['[1]', [1]],
    [' \n{"a":null}\n', { a: null }],
    ['```json\n{"a":1}\n```', { a: 1 }],
    ['```\n[1]```', [1]],
    ['"text"', 'text'],
  ])('%j is %j', (text, value) => {
    expect(readJson(text, any)).toEqual({ ok: true, value })
  })

  test.each([
    ['Here it is: {"a":1}', 'is not JSON'],
    ['```json\n{"a":1}\n```\nAnything else?', 'is not JSON'],
    ['{"a":1,"a":2}', 'has the key "a" twice in one object'],
    ['{"id":12345678901234567890}', 'at id holds 12345678901234567000, a whole number too large to be exact'],
    [`${'['.repeat(200)}${']'.repeat(200)}`, 'is nested more than 128 levels deep'],
    ['['.repeat(1e6), 'is not JSON'],
  ])('%j is none', (text, problem) => {
    const read = readJson(text, any)
    expect(read.ok ? '' : read.problems.join()).toContain(problem)
  })

  test('may have any keys, and those that JavaScript means something by are nothing special', () => {
    const read = readJson('{"__proto__":{"a":1},"constructor":2}', any)
    const value = read.ok ? read.value : null
    expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor'])
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(readJson('{"__proto__":1,"title":"x","scenes":[]}', plan)).toEqual({
      ok: false,
      problems: ['has no "__proto__"'],
    })
  })

  test('is what was written, whatever the value', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const read = readJson(json, any)
        if (read.ok) expect(JSON.stringify(read.value)).toBe(JSON.stringify(JSON.parse(json)))
      }),
    )
  })
})
