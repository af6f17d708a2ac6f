import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, test } from 'vitest'
import type { Histories, Json, RunResult } from '../../src/index.ts'
import { cleanEnv, ended, llmflows, root, shell } from '../e2e/llmflows.ts'

const guide = join(root, 'flows', 'python-guide')
/** A copy to run in: vector stores are made in the working folder. */
const cwd = mkdtempSync(join(tmpdir(), 'llmflows-guide-'))
cpSync(guide, cwd, { recursive: true })

const readme = readFileSync(join(guide, 'README.md'), 'utf8')
/** The last column of the table. */
const commands = [...readme.matchAll(/^\|.*\| `([^`]+)`\s*\|$/gm)].map(([, command = '']) => command)
const flowCommands = commands.filter((command) => command.startsWith('llmflows '))

test('every flow of the guide is in its table, but for what another runs', () => {
  const flows = readdirSync(guide).filter((name) => name.endsWith('.yaml') && name !== 'react-round.yaml')
  const named = flowCommands.map((command) => command.split(' ')[2] ?? '')
  expect(flows.toSorted()).toEqual(named.toSorted())
  for (const name of flows) expect(readme).toContain(`[${name}](${name})`)
})

test('the table has all fifteen examples, the agent and the two servers', () => {
  for (let number = 1; number <= 15; number++) expect(readme).toMatch(new RegExp(`\`${number}_\\w+\\.py\``))
  for (const folder of ['react_agent', 'songwriter', 'superconductor']) expect(readme).toContain(`\`${folder}\``)
})

test('no flow of the guide has an error or a warning', async () => {
  const flows = readdirSync(cwd).filter((name) => name.endsWith('.yaml'))
  const { status, stdout, stderr } = await llmflows(['validate', ...flows], { cwd })
  expect(stdout + stderr).not.toMatch(/warning|error/)
  expect(status).toBe(0)
})

describe('runs as the table says, with no key and no network:', () => {
  test.each(flowCommands)('%s', async (command) => {
    const isChat = command.startsWith('llmflows chat')
    const { status, stdout, stderr } = await shell(isChat ? `echo Hello | ${command}` : command, { cwd })
    expect(stderr).not.toMatch(/^(?:internal )?error/m)
    expect(status).toBe(0)
    if (isChat) return expect(stdout.trim()).not.toBe('')
    const { steps } = JSON.parse(stdout) as RunResult
    for (const step of Object.values(steps)) expect(step.status, step.name).toBe('succeeded')
  })
})

async function result(name: string, ...args: readonly string[]): Promise<RunResult> {
  const { stdout, stderr } = await llmflows(['run', name, ...args], { cwd })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout) as RunResult
}

function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}

describe('the flows of the guide', () => {
  test('send what the examples send', async () => {
    const { steps } = await result('04-chat-prompt-templates.yaml', '--message', 'Hi', '--offline')
    expect(steps['answer']?.messages).toEqual([
      { role: 'system', content: 'You are a clown and you talk like a clown. Your name is Bob.' },
    ])
    const chain = await result('06-chaining-chat-llms.yaml', '--offline')
    expect(chain.steps['heavy_metal_lyrics']).toMatchObject({
      messages: [
        { role: 'system', content: 'You are an AI that can paraphrase song lyrics in a heavy metal style' },
      ],
      prompt: `paraphrase the following lyrics: ${text(chain.outputs['lyrics'])}`,
    })
  })

  test('find the passage that answers the question', async () => {
    await result('12-vector-store.yaml')
    const { outputs, steps } = await result('12-question-answering.yaml', '--offline')
    expect(outputs['found']).toMatchObject([{ id: 'dark-energy' }, {}])
    expect(steps['answer']?.prompt).toContain('measurements of distant supernovas')
  })

  test('call a function of the user', async () => {
    const { outputs } = await result('14-functional-flowsteps.yaml', '--offline')
    const capitalized = text(outputs['capitalized_lyrics'])
    expect(capitalized.toLowerCase()).toBe(text(outputs['lyrics']).toLowerCase())
    expect(capitalized).not.toMatch(/(?<![\p{L}\p{M}'’])\p{Ll}/u)
  })

  test('tell callbacks what happens, and leave stdout to the result', async () => {
    const { stdout, stderr } = await llmflows(['run', '15-callbacks.yaml', '--offline'], { cwd })
    expect(stderr).toContain('title_step starts with {"topic":"love"}')
    expect(stderr).toContain('capitalizer_step gave {"capitalized_lyrics":')
    expect(() => JSON.parse(stdout) as unknown).not.toThrow()
  })

  test('let an agent think, use its tools and answer', async () => {
    const { outputs, usage } = await result('react-agent.yaml')
    expect({ answer: outputs['answer'], calls: usage.calls }).toEqual({ answer: 'about 2.5 years', calls: 4 })
  })
})

describe('the tools of the agent', () => {
  test.each([
    ['Action: calculator: (5 * 3) + 1', 'the calculation result is 16'],
    ['Action: calculator: -2 * -(3 - 1) / 8', 'the calculation result is 0.5'],
    ['Action: calculator: process.exit()', 'this is no arithmetic expression'],
    ['Action: calculator: 1 / 0', 'this is no arithmetic expression'],
    [`Action: calculator: ${'('.repeat(100_000)}`, 'this is no arithmetic expression'],
    ['Action: wikipedia: __proto__', "The search didn't return any data"],
    ['Action: rm -rf /', '<invalid_action>'],
    ['Thought: done\nAction: final answer: 16', '<final_answer>'],
  ])('%#', async (thought, observed) => {
    const tools = (await import(join(guide, 'react-tools.js'))) as { act(given: object): string }
    expect(tools.act({ thought_action: thought })).toContain(observed)
  })
})

test('the server answers with what a run gives, and turns down what is no request for one', async () => {
  const child = spawn(process.execPath, [join(guide, 'serve.js'), '--offline'], { env: cleanEnv({ PORT: '0' }), cwd })
  const whole = ended(child)
  const url = await new Promise<string>((resolve) => child.stdout.once('data', (bytes: Buffer) => resolve(bytes.toString().trim())))
  try {
    const answers = await Promise.all([fetch(url), fetch(url.replace('friendship', 'trains'))])
    for (const answer of answers) {
      expect(answer.status).toBe(200)
      const { outputs } = (await answer.json()) as { outputs: object }
      expect(Object.keys(outputs)).toEqual(['movie_title', 'song_title', 'main_characters', 'song_lyrics'])
    }
    expect((await fetch(url.replace('friendship', ''))).status).toBe(422)
    expect((await fetch(new URL('/other', url))).status).toBe(404)
  } finally {
    child.kill()
    await whole
  }
})

test('the talk behind a server remembers each session by itself', async () => {
  const [, code = ''] = /```js\n([^]*?)```/.exec(readme) ?? []
  const library = JSON.stringify(pathToFileURL(join(root, 'dist', 'index.js')).href)
  const module = join(cwd, 'reply.mjs')
  writeFileSync(
    module,
    `${code.replace("'llmflows'", library).replace("'02-chat-llm.yaml'", JSON.stringify(join(cwd, 'echo.yaml')))}
export { reply, sessions }`,
  )
  const echo = { provider: 'scripted', answers: [{ match: 'fail', status: 400 }, { answer: '<{prompt}>' }] }
  const flow = readFileSync(join(cwd, '02-chat-llm.yaml'), 'utf8')
  writeFileSync(join(cwd, 'echo.yaml'), `${flow}\nllms: { echo: ${JSON.stringify(echo)} }\n`)
  const { reply, sessions } = (await import(module)) as {
    reply(session: string, message: string): Promise<string>
    sessions: ReadonlyMap<string, Histories>
  }
  expect(await reply('ann', 'a')).toBe('<a>')
  await Promise.all([reply('ann', 'fail'), reply('bob', 'b')])
  expect(await reply('ann', 'c')).toBe('<c>')
  const said = (session: string): unknown => sessions.get(session)?.['talk']?.map(({ content }) => content)
  expect([said('ann'), said('bob')]).toEqual([
    ['a', '<a>', 'c', '<c>'],
    ['b', '<b>'],
  ])
})
