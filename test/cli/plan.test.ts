import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startFaultServer, type FaultServer } from '../servers/fault-server.ts'
import { llmflows } from './plain-io.ts'

const soundtrack = new URL('../../flows/soundtrack.yaml', import.meta.url).pathname
const wholePlan = ['plan', soundtrack, '--topic', 'friendship']

test('plans the soundtrack flow', async () => {
  const { stdout, stderr, exitCode } = await llmflows(wholePlan)
  expect([stderr, exitCode]).toEqual(['', 0])
  expect(stdout).toBe(readFileSync(new URL('soundtrack-plan.txt', import.meta.url), 'utf8'))
})

test('shows a plan without inputs, models without prices and items that are not known', async () => {
  const stdin = `llmflows: 1
name: gaps
inputs: { topic: {}, tags: { type: array } }
llms: { w: { provider: openrouter, model: some/model, max_tokens: 2000000 }, x: { provider: ollama, model: n } }
steps:
  draft: { prompt: "About {topic}" }
  each: { for_each: "{tags}", llm: x, prompt: "{item}: {draft}" }
  part: { for_each: [a, b, c, d, e], llm: x, prompt: "Part {item} of\\n{draft}" }
  sheet: { value: { draft: "{draft}" } }
`
  const { stdout, stderr, exitCode } = await llmflows(['plan', '-'], { stdin })
  expect([stderr, exitCode]).toEqual(['', 0])
  expect(stdout).toBe(readFileSync(new URL('gaps-plan.txt', import.meta.url), 'utf8'))
})

test('prints what the schema describes', async () => {
  const schema = JSON.parse((await llmflows(['schema', 'plan'])).stdout) as Record<string, unknown>
  const { stdout } = await llmflows([...wholePlan, '--format', 'json'])
  const isPlan = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema)
  expect(isPlan(JSON.parse(stdout)), JSON.stringify(isPlan.errors)).toBe(true)
  expect(JSON.parse(stdout)).toMatchObject({
    flow: 'soundtrack',
    encoding: 'o200k_base',
    totals: { calls: 9, unpriced_models: [] },
  })
})

test('prints nothing in JSON that acts on a terminal', async () => {
  const stdin = 'llmflows: 1\nname: f\nsteps: { a: { prompt: "one \\x9b \\u202e two" } }\n'
  const { stdout } = await llmflows(['plan', '-', '-f', 'json'], { stdin })
  expect(stdout).toContain(String.raw`"one \u009b \u202e two"`)
})

describe('--max-cost', () => {
  const over = (...more: string[]) => llmflows([...wholePlan, '--max-cost', ...more])

  test('ends with 0 when the most is within it, and with 3 beyond', async () => {
    expect(await over('0.01')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await over('$0.0020')).toMatchObject({
      exitCode: 3,
      stderr:
        'error: the run could cost $0.0027, more than the $0.002 that it may\n  help: lower max_tokens, take a cheaper model, or raise --max-cost\n',
    })
    expect(await over('0', '--offline')).toMatchObject({ exitCode: 0 })
    expect(await over('0.01', '--llm', 'writer.model=gpt-4o')).toMatchObject({ exitCode: 3 })
  })

  test('needs every price, or to be told otherwise', async () => {
    const unpriced = ['1', '--llm', 'critic.model=gpt-x']
    const { stderr, exitCode } = await over(...unpriced)
    expect(stderr).toContain('error: "--max-cost" needs every price, and there is none for openai/gpt-x\n')
    expect(stderr).toContain('price: { input: DOLLARS, output: DOLLARS }')
    expect(stderr).toContain('--allow-unpriced')
    expect(exitCode).toBe(2)
    expect(await over(...unpriced, '--allow-unpriced')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(await over('0.001', ...unpriced.slice(1), '--allow-unpriced')).toMatchObject({ exitCode: 3 })
  })

  test('needs every input', async () => {
    const { stderr, exitCode } = await llmflows(['plan', soundtrack, '--max-cost', '1'])
    expect(stderr).toBe(
      `error: "--max-cost" needs every input, and "topic" is missing\n  help: llmflows plan ${soundtrack} --topic "…"\n`,
    )
    expect(exitCode).toBe(2)
  })

  test.each(['much', '-1', '1e3', ''])('is an amount, not %j', async (text) => {
    const { stderr, exitCode } = await llmflows([...wholePlan, `--max-cost=${text}`])
    expect(stderr).toBe(
      `error: option "--max-cost" must be an amount in dollars, not "${text}"\n  help: write it like --max-cost 0.50\n`,
    )
    expect(exitCode).toBe(2)
  })
})

describe('plan', () => {
  test.each([
    [['plan'], 'error: which flow?\n'],
    [
      ['plan', soundtrack, '--tpic', 'x'],
      'error: unknown option "--tpic"\n  help: did you mean "--topic"?\n',
    ],
    [
      ['plan', '--topic', 'x', soundtrack],
      'error: unknown option "--topic"\n  help: inputs come after the flow',
    ],
    [[...wholePlan, '--format', 'jsn'], 'error: there is no format "jsn"\n  help: did you mean "json"?\n'],
    [[...wholePlan, '--allow-unpriced'], 'error: "--allow-unpriced" only makes sense with "--max-cost"\n'],
    [[...wholePlan, '--verbose'], 'error: unknown option "--verbose"\n'],
    [['plan', soundtrack, '--input', 'tpic=x'], 'error: flow "soundtrack" has no input "tpic"\n'],
    [['plan', soundtrack, '--set', 'steps.critc.for_each=2'], '--set:1:7 error[bad-override]'],
  ])('%j is refused', async (args, message) => {
    const { stdout, stderr, exitCode } = await llmflows(args)
    expect(stderr).toContain(message)
    expect([stdout, exitCode]).toEqual(['', 2])
  })

  test('refuses an input that does not fit', async () => {
    const stdin = 'llmflows: 1\nname: f\ninputs: { n: { type: integer } }\nsteps: { a: { prompt: "{n}" } }\n'
    const { stderr, exitCode } = await llmflows(['plan', '-', '--n', 'many'], { stdin })
    expect(stderr).toMatch(/^error: input "n" must be /)
    expect(exitCode).toBe(2)
  })

  test('lists the inputs of a flow, of which those named like an option are given otherwise', async () => {
    const stdin = 'llmflows: 1\nname: f\nsteps: { a: { prompt: "{format} {verbose}" } }\n'
    const help = await llmflows(['plan', '-', '--help'], { stdin })
    expect(help.stdout).toMatch(/--max-cost <?dollars>? +exit with 3/i)
    expect(help.stdout).toMatch(/--verbose <?text>? +required/i)
    expect(help.stdout).toMatch(/--input format=<?\w+>? +required/i)
    const planned = await llmflows(['plan', '-', '--input', 'format=x', '--verbose', 'y'], { stdin })
    expect(planned.stdout).toContain('    x y\n')
  })
})

describe('a server', () => {
  let server: FaultServer
  beforeAll(async () => {
    server = await startFaultServer(() => {})
  })
  afterAll(() => server.close())

  test('hears nothing of a plan, which needs no key', async () => {
    const env = { OPENAI_BASE_URL: server.baseUrl }
    expect((await llmflows(wholePlan, { env })).exitCode).toBe(0)
    expect((await llmflows([...wholePlan, '--set', `llms.writer.base_url=${server.baseUrl}`])).exitCode).toBe(
      0,
    )
    expect(server.requests).toHaveLength(0)
  })
})
