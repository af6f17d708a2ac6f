import { execFileSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { llmflows } from '../cli/plain-io.ts'
import { folderWith, greetFlow } from '../e2e/llmflows.ts'

const flow = 'flows/soundtrack.yaml'

/** What would be offered, without the descriptions. */
async function offered(line: string): Promise<readonly string[]> {
  const { stdout } = await llmflows(['__complete', 'fish', line])
  return stdout.split('\n').flatMap((one) => (one === '' ? [] : [one.replace(/\t.*/, '')]))
}

async function shown(line: string): Promise<string> {
  return (await llmflows(['__complete', 'fish', line])).stdout
}

test('every command of the program is offered, with what it does', async () => {
  const text = await shown('llmflows ')
  expect(text).toMatch(/^validate\tSays all that is wrong with flows and runs nothing$/m)
  for (const name of await offered('llmflows ')) {
    const { exitCode, stdout } = await llmflows([name, '--help'])
    expect([name, exitCode, stdout.includes('Usage:')]).toEqual([name, 0, true])
  }
})

test('where help names the words that a value can be, they are offered, and the command takes no other', async () => {
  const named: string[] = []
  for (const command of await offered('llmflows ')) {
    for (const option of await offered(`llmflows ${command} --`)) {
      const words = await offered(`llmflows ${command} ${option}=`)
      if (words.length === 0 || words.some((word) => word.includes('/'))) continue
      named.push(`${command} ${option}`)
      const { exitCode, stderr } = await llmflows([command, flow, `${option}=no-such-word`])
      // A command that does not look at colours takes any word for them.
      if (!option.startsWith('--color')) expect([command, option, exitCode]).toEqual([command, option, 2])
      if (option === '--format') for (const word of words) expect(stderr).toContain(word.split('=')[1])
    }
  }
  expect(named).toEqual(expect.arrayContaining(['validate --format', 'graph --format', 'run --color']))
})

test('an empty word after a flow asks for its inputs; a dash brings everything that is not given yet', async () => {
  expect(await offered(`llmflows run ${flow} `)).toEqual(['--topic'])
  expect(await shown(`llmflows run ${flow} `)).toBe('--topic\tWhat the movie is about (required)\n')
  const all = await offered(`llmflows run ${flow} --topic x -v -`)
  expect(all).toContain('--select')
  expect(all).not.toContain('--topic')
  expect(all).not.toContain('--verbose')
  expect(await offered(`llmflows run ${flow} --topic x `)).toContain('--verbose')
})

test('what can be given again is offered again', async () => {
  const folder = folderWith({ 'greet.yaml': greetFlow })
  const again = await offered(`llmflows run ${folder}/greet.yaml --tags a --tone cold --llm writer.seed=1 --`)
  expect(again).toEqual(expect.arrayContaining(['--tags', '--llm']))
  expect(again).not.toContain('--tone')
})

test('plan takes the inputs of a flow as run does, and an input never stands for an option of its own', async () => {
  const named = `llmflows: 1\nname: named\nsteps: { one: { prompt: "{verbose} {format} {what}" } }\n`
  const folder = folderWith({ 'named.yaml': named })
  expect(await offered(`llmflows plan ${folder}/named.yaml `)).toEqual(['--what'])
  expect(await offered(`llmflows plan ${folder}/named.yaml --format `)).toEqual(['text', 'json'])
  expect(await offered(`llmflows run ${folder}/named.yaml `)).toEqual(['--format', '--what'])
  expect(await offered(`llmflows run ${folder}/named.yaml --input verb`)).toEqual(['verbose='])
})

test('after two dashes nothing is an option', async () => {
  expect(await offered(`llmflows validate -- --fo`)).toEqual([])
})

test('--select is completed key by key, and every path that is offered can be selected', async () => {
  expect(await offered(`llmflows run ${flow} --select ou`)).toEqual(['outputs'])
  expect(await offered(`llmflows run ${flow} --select outputs`)).toContain('outputs.song_lyrics')
  expect(await offered(`llmflows run ${flow} --select steps.lyrics_step.g`)).toEqual([
    'steps.lyrics_step.generated',
  ])
  expect(await offered(`llmflows run ${flow} --select=steps.title`)).toEqual(['--select=steps.title_step'])
})

test('--set and --llm follow the schema and the names of the flow', async () => {
  expect(await offered(`llmflows run ${flow} --set templates.titl`)).toEqual(['templates.title='])
  expect(await offered(`llmflows run ${flow} --set steps.lyrics_step.te`)).toEqual([
    'steps.lyrics_step.template=',
    'steps.lyrics_step.temperature=',
  ])
  expect(await offered(`llmflows run ${flow} --set steps.lyrics_step.llm=`)).toEqual([
    'steps.lyrics_step.llm=writer',
    'steps.lyrics_step.llm=critic',
  ])
  expect(await offered(`llmflows run ${flow} --set llms.writer.provider=x`)).toEqual([
    'llms.writer.provider=xai',
  ])
  expect(await shown(`llmflows graph ${flow} --llm=writer.te`)).toBe(
    '--llm=writer.temperature=\tSampling temperature: 0 is the most predictable\n',
  )
})

test('a flow that names no llm has the one that is there by default', async () => {
  const folder = folderWith({ 'small.yaml': 'llmflows: 1\nname: small\nsteps: { one: { prompt: hello } }\n' })
  expect(await offered(`llmflows run ${folder}/small.yaml --llm `)).toEqual(['default.'])
})

test('values of an input are its choices, its default and its examples, written as the command line takes them', async () => {
  const folder = folderWith({
    'values.yaml': `llmflows: 1
name: values
inputs:
  style: { enum: [plain, "@home", "-"] }
  count: { type: integer, default: 3, examples: [5] }
  all: { type: array, items: { enum: [a, b] } }
steps:
  one: { prompt: "{style} {count} {all}" }
`,
  })
  const run = `llmflows run ${folder}/values.yaml`
  expect(await offered(`${run} --style `)).toEqual(['plain', '@@home'])
  expect(await shown(`${run} --count `)).toBe('3\tthe default\n5\tan example\n')
  expect(await offered(`${run} --all `)).toEqual(['a', 'b'])
  expect(await offered(`${run} --input style=p`)).toEqual(['style=plain'])
})

test('whatever is wrong, there is neither an answer nor a message', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-complete-'))
  execFileSync('sh', ['-c', `mkfifo '${folder}/pipe.yaml'`])
  writeFileSync(join(folder, 'huge.yaml'), `llmflows: 1\nname: huge\n#${'x'.repeat(2 ** 20)}`)
  writeFileSync(join(folder, 'bytes.yaml'), Buffer.from([0x80, 0xff, 0x00]))
  const silent = [
    ['fish', `llmflows run ${folder}/pipe.yaml --select `],
    ['fish', `llmflows run ${folder}/huge.yaml --select `],
    ['fish', `llmflows run ${folder}/bytes.yaml --set `],
    ['fish', `llmflows run ${folder}/no/such/folder/`],
    ['fish', 'llmflows run - --llm '],
    ['fish', 'llmflows __complete '],
    ['fish', 'llmflows constructor '],
    ['powershell', 'llmflows '],
    [],
  ]
  for (const args of silent)
    expect([args, await llmflows(['__complete', ...args])]).toEqual([
      args,
      { stdout: '', stderr: '', exitCode: 0 },
    ])
})

test('a word that could not be seen on the line is not offered', async () => {
  const folder = folderWith({
    'a\u202eb.yaml': greetFlow,
    'two\nlines.yaml': greetFlow,
    'seen.yaml': greetFlow,
  })
  expect(await offered(`llmflows run ${folder}/`)).toEqual([`${folder}/seen.yaml`])
})

test('a shell that is not known is a mistake that names those that are', async () => {
  expect(await llmflows(['completion', 'zhs'])).toEqual({
    stdout: '',
    stderr: 'error: there is no completion for "zhs"\n  help: did you mean "zsh"?\n',
    exitCode: 2,
  })
  expect((await llmflows(['completion', 'tcsh'])).stderr).toContain('help: the shells are bash, zsh and fish')
  expect((await llmflows(['completion'])).exitCode).toBe(2)
})
