import { expect, test } from 'vitest'
import {
  checkSource,
  loadFlow,
  runFlow,
  RunRefused,
  sourceOf,
  type CompiledFlow,
  type RunOptions,
} from '../../src/index.ts'

function compile(text: string): CompiledFlow {
  const source = sourceOf('flow.yaml', Buffer.from(text))
  if (!source.ok) throw new Error(source.message)
  const { compiled, diagnostics } = checkSource(source)
  if (compiled === undefined) throw new Error(diagnostics.map(({ message }) => message).join('\n'))
  return compiled
}

/** Why a run is refused. */
async function refusal(flow: CompiledFlow, options: RunOptions): Promise<RunRefused> {
  const error: unknown = await runFlow(flow, { env: {}, ...options }).then(
    () => new Error('it ran'),
    (reason: unknown) => reason,
  )
  if (error instanceof RunRefused) return error
  throw error
}

test('one missing key is one problem, however many llms need it', async () => {
  const { problems } = await refusal(await loadFlow('flows/soundtrack.yaml'), { inputs: { topic: 'x' } })
  expect(problems.map(({ code, message }) => [code, message])).toEqual([
    [
      'missing-key',
      'llm "writer" needs a key for openai, and OPENAI_API_KEY is not set; the same holds for llm "critic"',
    ],
  ])
})

test('a missing key names three ways on', async () => {
  const { message } = await refusal(await loadFlow('flows/haiku.yaml'), { inputs: { topic: 'x' } })
  expect(message).toContain('export OPENAI_API_KEY=…')
  expect(message).toContain('provider: ollama')
  expect(message).toContain('--offline')
})

test('everything that is wrong with the inputs is said in one go', async () => {
  const flow = compile(`
llmflows: 1
name: t
inputs: { a: { description: The first }, n: { type: integer, minimum: 2 } }
steps: { s: { value: "{a} {n}" } }
`)
  const { problems } = await refusal(flow, { inputs: { n: 1, b: 'x' } })
  expect(problems).toEqual([
    { code: 'unknown-input', input: 'b', message: 'flow "t" has no input "b"', help: 'the inputs are a, n' },
    { code: 'missing-input', input: 'a', message: 'input "a" is missing (The first)' },
    { code: 'invalid-input', input: 'n', message: 'input "n" must be at least 2, not 1' },
  ])
})

test('more calls than a run may make are refused before the first one', async () => {
  const flow = compile('llmflows: 1\nname: t\nsteps: { s: { prompt: hi, for_each: 20 } }\n')
  const { problems } = await refusal(flow, {
    maxCalls: 19,
    env: { OPENAI_API_KEY: 'sk-test-not-a-real-key' },
  })
  expect(problems).toEqual([
    {
      code: 'too-many-calls',
      message: 'the flow makes 20 model calls, and a run may make 19',
      help: 'if that is meant, run with --max-calls 20',
    },
  ])
})

test('a list input with more items than a step may have is refused', async () => {
  const flow = compile(`
llmflows: 1
name: t
inputs: { rows: { type: array } }
steps: { s: { value: "{item}", for_each: "{rows}" } }
`)
  const { problems } = await refusal(flow, { inputs: { rows: [1, 2, 3] }, maxItems: 2 })
  expect(problems.map(({ message }) => message)).toEqual(['step "s" has 3 items, and a step may have 2'])
})
