import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import flow from '../../schemas/flow.schema.json' with { type: 'json' }
import { providerNames } from '../../src/flow/providers.ts'
import { LanguageServer, type Position, type Problem } from './language-server.ts'

const flows = fileURLToPath(new URL('../../flows', import.meta.url))
const modeline = '# yaml-language-server: $schema=../schemas/flow.schema.json\n'
const start = `${modeline}llmflows: 1\nname: x\n`

let server: LanguageServer
let opened = 0

beforeAll(async () => {
  server = await LanguageServer.start()
})
afterAll(() => server.end())

interface Place {
  readonly path: string
  readonly position: Position
  readonly problems: readonly Problem[]
}

/** Opens a flow, beside the others, with the cursor at the sign `|`. Nothing is written to a disk. */
async function cursorIn(text: string): Promise<Place> {
  const path = join(flows, `unsaved-${++opened}.yaml`)
  const written = start + text
  const offset = written.indexOf('|')
  const before = written.slice(0, offset).split('\n')
  const problems = await server.open(path, written.replace('|', ''))
  return { path, position: { line: before.length - 1, character: before.at(-1)?.length ?? 0 }, problems }
}

async function offered(text: string): Promise<readonly string[]> {
  const { path, position } = await cursorIn(text)
  return (await server.complete(path, position)).map(({ label }) => label)
}

async function inserted(text: string, label: string): Promise<string | undefined> {
  const { path, position } = await cursorIn(text)
  return (await server.complete(path, position)).find((item) => item.label === label)?.insertText
}

async function hover(text: string): Promise<string> {
  const { path, position } = await cursorIn(text)
  return server.hover(path, position)
}

/** Each problem with the text that is underlined. */
async function underlined(text: string): Promise<readonly (readonly [string, string])[]> {
  const lines = (start + text).split('\n')
  const { problems } = await cursorIn(`${text}|`)
  return problems.map(({ message, range }) => [
    message,
    (lines[range.start.line] ?? '').slice(range.start.character, range.end.character),
  ])
}

const steps = 'steps:\n  one: { prompt: hello }\n'

test.each(readdirSync(flows).filter((name) => name.endsWith('.yaml')))(
  'an editor has nothing against flows/%s',
  async (name) => {
    const written = readFileSync(join(flows, name), 'utf8')
    // The shortest one has no modeline, so as to be the shortest.
    const text = written.includes('$schema=') ? written : modeline + written
    expect(await server.open(join(flows, name), text)).toEqual([])
  },
)

test('at the top every key is offered that is not there yet, with what it is', async () => {
  const { path, position } = await cursorIn(`|\n${steps}`)
  const items = await server.complete(path, position)
  const labels = items.map(({ label }) => label)
  expect(labels).toEqual(
    expect.arrayContaining([
      'description',
      'inputs',
      'llms',
      'defaults',
      'templates',
      'connections',
      'outputs',
    ]),
  )
  expect(labels).not.toContain('steps')
  const { documentation } = items.find(({ label }) => label === 'inputs') ?? {}
  expect(JSON.stringify(documentation)).toContain('each becomes an option of')
})

test('in a new step the keys of each kind of step are offered, and later those of its own', async () => {
  const { llm_step, value_step } = flow.definitions
  const fresh = await offered('steps:\n  one:\n    |\n')
  expect(fresh).toEqual(expect.arrayContaining([...Object.keys(llm_step.properties), 'value']))
  const values = await offered('steps:\n  one:\n    value: 1\n    |\n')
  expect([...values, 'value']).toEqual(expect.arrayContaining(Object.keys(value_step.properties)))
  expect(values).not.toContain('system')
  expect(values).not.toContain('with')
})

test('in an llm its keys are offered, and for its provider every provider there is', async () => {
  const keys = await offered(`llms:\n  writer:\n    |\n${steps}`)
  expect(keys).toEqual(expect.arrayContaining(Object.keys(flow.definitions.llm.properties)))
  const providers = await offered(`llms:\n  writer:\n    provider: |\n${steps}`)
  expect([...providers].sort()).toEqual([...providerNames].sort())
})

test('words that a key takes are offered', async () => {
  expect(await offered('steps:\n  one:\n    prompt: x\n    on_truncated: |\n')).toEqual([
    'error',
    'continue',
    'retry',
  ])
  expect(await offered(`inputs:\n  topic:\n    type: |\n${steps}`)).toContain('boolean')
})

test('every key of a step, an input or an llm is put in with its colon', async () => {
  for (const text of [
    'steps:\n  one:\n    |\n',
    `inputs:\n  topic:\n    |\n${steps}`,
    `llms:\n  writer:\n    |\n${steps}`,
  ]) {
    const { path, position } = await cursorIn(text)
    for (const { label, insertText } of await server.complete(path, position))
      expect([label, insertText]).toEqual([label, expect.stringContaining(':')])
  }
})

test('what must be there is put in with what needs it', async () => {
  expect(await inserted(`llms:\n  writer:\n    provider: openai\n    |\n${steps}`, 'price')).toBe(
    'price:\n  input: $1\n  output: $2',
  )
})

test.each([
  ['pro|mpt: x', 'The prompt itself, a template.'],
  ['prompt: x\n    time|out: 5m', 'Time limit of the step with all its attempts and waits'],
  ['prompt: x\n    a|s: item', 'Name of the item in templates.'],
  ['prompt: x\n    max_ret|ries: 1', 'How many times a failed call is tried again.'],
])('over a key of a step there is what it means: %j', async (text, meaning) => {
  expect(await hover(`steps:\n  one:\n    ${text}\n`)).toContain(meaning)
})

test('over an input and its keys there is what they mean', async () => {
  const input = (keys: string): string => `inputs:\n  ${keys}\nsteps:\n  one: { prompt: "{topic}" }\n`
  expect(await hover(input('top|ic:\n    type: string'))).toContain('One input: a JSON Schema.')
  expect(await hover(input('topic:\n    max|Length: 3'))).toContain('The most characters.')
})

test.each([
  ['steps:\n  one:\n    promt: hello\n', 'promt'],
  ['steps:\n  one:\n    prompt: hello\n    max_retry: 2\n', 'max_retry'],
  [`templete:\n  a: b\n${steps}`, 'templete'],
  [`llms:\n  writer: { provider: openai, modell: x }\n${steps}`, 'modell'],
  [`inputs:\n  topic: { typ: string }\n${steps}`, 'typ'],
  ['steps:\n  one: { value: 1, llm: writer }\n', 'llm'],
])('a misspelt key is underlined, and nothing else: %j', async (text, key) => {
  expect(await underlined(text)).toEqual([[`Property ${key} is not allowed.`, key]])
})

test('a value that is none of those that can be, and a key that is missing, are underlined', async () => {
  const [wrong] = await underlined(`llms:\n  writer: { provider: opnai, model: x }\n${steps}`)
  expect(wrong?.[0]).toContain('Value is not accepted.')
  expect(wrong?.[1]).toBe('opnai')
  expect(await underlined(`llms:\n  writer: { provider: mistral }\n${steps}`)).toEqual([
    ['Missing property "model".', expect.any(String)],
  ])
})
