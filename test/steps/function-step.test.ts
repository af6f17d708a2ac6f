import { describe, expect, test } from 'vitest'
import { FlowError } from '../../src/graph/load.ts'
import { RunRefused } from '../../src/run/refusal.ts'
import type { Json } from '../../src/source/json.ts'
import { codeFlow, type CodeFlow } from './code-flow.ts'

const tools = {
  'tools/calc.ts': `export interface Pair { readonly a: number; readonly b: number }
export function add({ a, b }: Pair): number {
  return a + b
}
export async function fail({ a }: Pair): Promise<never> {
  throw new RangeError(\`no \${a}\`)
}
`,
  'tools/text.mjs': `export default ({ text }) => text.toUpperCase()
export const echo = (given) => given
export const wait = () => new Promise((resolve) => setTimeout(resolve, 60_000))
export const spin = () => { for (;;); }
let calls = 0
export const third = () => { if (++calls < 3) throw new Error('not yet'); return calls }
`,
}

describe('a function step', () => {
  test('gives what its function gives, with arguments that keep their types', async () => {
    const flow = codeFlow(
      `inputs: { n: { type: number } }
steps:
  sum: { function: ./tools/calc.ts#add, with: { a: 1, b: "{n}" } }
  loud: { function: tools/text.mjs, with: { text: "is {sum}" } }`,
      tools,
    )
    const { outputs, steps, usage } = await flow.run({ inputs: { n: 4 } })
    expect(outputs).toEqual({ sum: 5, loud: 'IS 5' })
    expect(steps['sum']).toMatchObject({
      kind: 'function',
      request: { function: './tools/calc.ts#add', with: { a: 1, b: 4 } },
      call_data: null,
    })
    expect(usage.calls).toBe(0)
  })

  test('fails with the line of the user, and with no line of ours', async () => {
    const flow = codeFlow('steps:\n  bad: { function: ./tools/calc.ts#fail, with: { a: 1 } }', tools)
    const { steps, status } = await flow.run()
    expect(status).toBe('failed')
    expect(steps['bad']!.error).toEqual({
      code: 'function-failed',
      message: 'function "./tools/calc.ts#fail" failed: RangeError: no 1 (tools/calc.ts:6:9)',
    })
  })

  test.each(['wait', 'spin'])(
    'that never ends (%s) is ended by its time limit, and the rest of the flow runs',
    async (name) => {
      const flow = codeFlow(
        `steps:
  slow: { function: ./tools/text.mjs#${name}, timeout: 300ms }
  other: { function: ./tools/other.mjs }`,
        { ...tools, 'tools/other.mjs': 'export default () => 1' },
      )
      const { steps } = await flow.run()
      expect(steps['slow']!.error).toMatchObject({ code: 'timeout' })
      expect(steps['other']!.status).toBe('succeeded')
    },
  )

  test('is cancelled with the run', async () => {
    const stop = new AbortController()
    const flow = codeFlow('steps:\n  slow: { function: ./tools/text.mjs#wait }', tools)
    const { status, steps } = await flow.run({
      signal: stop.signal,
      reporters: [{ onEvent: (event) => event.type === 'step-started' && stop.abort() }],
    })
    expect([status, steps['slow']!.status]).toEqual(['cancelled', 'cancelled'])
  })

  test('is tried again as often as it says, and every attempt is in the record', async () => {
    const flow = codeFlow('steps:\n  flaky: { function: ./tools/text.mjs#third, max_retries: 2 }', tools)
    const { outputs, steps, usage } = await flow.run()
    expect(outputs).toEqual({ flaky: 3 })
    expect(steps['flaky']!.call_data!.attempts.map(({ status }) => status)).toEqual([
      'failed',
      'failed',
      'succeeded',
    ])
    expect(usage).toMatchObject({ calls: 0, cost: 0, unpriced_calls: 0 })
  })

  test('is not tried again unless it says so', async () => {
    const flow = codeFlow('steps:\n  flaky: { function: ./tools/text.mjs#third }', tools)
    expect((await flow.run()).steps['flaky']!.status).toBe('failed')
  })

  test('hands hostile values on as they are', async () => {
    const hostile = JSON.parse(
      '{"__proto__": {"x": 1}, "constructor": "c", "a": "{secret}\\u0000\\u001b[2J"}',
    ) as Json
    const flow = codeFlow(
      'inputs: { given: { type: object } }\nsteps:\n  echo: { function: ./tools/text.mjs#echo, with: { given: "{given}" } }',
      tools,
    )
    const { outputs } = await flow.run({ inputs: { given: hostile } })
    expect(JSON.stringify(outputs['echo'])).toBe(JSON.stringify({ given: hostile }))
  })

  test('runs for each item, and an item that fails can be left out', async () => {
    const flow = codeFlow(
      `steps:
  each: { for_each: [1, 0, 2], function: ./half.mjs, with: { n: "{item}" }, on_item_error: drop }`,
      { 'half.mjs': 'export default ({ n }) => { if (n === 0) throw new Error("zero"); return n / 2 }' },
    )
    expect((await flow.run()).outputs).toEqual({ each: [0.5, 1] })
  })
})

describe('before anything runs', () => {
  test('every module is imported, and what cannot be refuses the run', async () => {
    const flow = codeFlow(
      `steps:
  first: { function: ./marks.mjs }
  broken: { function: ./broken.ts#go, with: { x: "{first}" } }
  absent: { function: ./hidden.cjs#go }`,
      {
        'marks.mjs': 'import { writeFileSync } from "node:fs"; export default () => writeFileSync("ran", "")',
        'broken.ts': 'import "./gone"\nexport const go = () => 1',
        'hidden.cjs': 'module.exports = { stop: 1 }',
      },
    )
    const refused = await flow.run().catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(RunRefused)
    const { message } = refused as RunRefused
    expect(message).toContain('step "broken" calls "./broken.ts#go": it cannot be loaded: ')
    expect(message).toContain("Cannot find module './gone'")
    expect(message).toContain('step "absent" calls "./hidden.cjs#go": it exports no "go"')
    expect(message).toContain(`help: it is called at ${flow.folder}/flow.yaml:6:23`)
    expect(flow.events).toEqual([])
  })

  test('--no-code refuses each step that runs code, and runs no line of it', async () => {
    const flow = codeFlow(
      `steps:
  f: { function: ./tools/text.mjs#echo }
  c: { command: [echo, hi] }
hooks: [{ on: all, function: ./tools/text.mjs#echo }]`,
      { ...tools, 'tools/text.mjs': 'console.log("loaded"); export const echo = () => 1' },
    )
    const refused = (await flow.run({ noCode: true }).catch((error: unknown) => error)) as RunRefused
    expect(refused.problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      'no-code: step "f" runs a function, and no code may run',
      'no-code: step "c" runs a program, and no code may run',
      'no-code: a hook runs a function, and no code may run',
    ])
    expect(flow.output()).toBe('')
  })

  test('a module outside the folder is refused, also through a symbolic link', async () => {
    const { symlinkSync } = await import('node:fs')
    const flow = codeFlow('steps:\n  f: { function: ./link.mjs }')
    symlinkSync(import.meta.filename, `${flow.folder}/link.mjs`)
    const error = await flow.run().catch((one: unknown) => one)
    expect(error).toBeInstanceOf(FlowError)
    expect((error as FlowError).message).toContain('module file "./link.mjs" is outside the flow\'s folder')
  })
})

describe('a module that never comes to its end', () => {
  const flow = (): CodeFlow => codeFlow('steps: { s: { function: ./loop.mjs } }', { 'loop.mjs': 'for (;;);' })

  test('it is stopped with the run', async () => {
    const stop = new AbortController()
    setImmediate(() => stop.abort())
    await expect(flow().run({ signal: stop.signal })).rejects.toThrow(
      'step "s" calls "./loop.mjs": it was stopped while it was loaded',
    )
  })

  test('it takes no longer than the run may', async () => {
    await expect(flow().run({ timeoutMs: 50 })).rejects.toThrow(
      'step "s" calls "./loop.mjs": it cannot be loaded: it takes longer than 0.05 s',
    )
  })
})
