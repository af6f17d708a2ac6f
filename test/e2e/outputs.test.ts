import { chmodSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { folderWith, greetFlow, llmflows, shell } from './llmflows.ts'

const failing = `llmflows: 1
name: failing
llms:
  w: { provider: scripted, max_retries: 0, answers: [{ match: bad, status: 400 }, { answer: fine }] }
steps:
  good: { prompt: good }
  bad: { prompt: bad }
  after: { prompt: "{bad}" }
`

function flows(): string {
  return folderWith({ 'greet.yaml': greetFlow, 'failing.yaml': failing })
}

describe('--select', () => {
  test.each([
    ['outputs.greeting', '"Hello from Ann 1 0.5 false [] {} warm none"\n'],
    ['steps.each[1].generated', '"Hello from Hello from Ann 1 0.5 false [] {} warm none 1"\n'],
    ['steps.greet.call_data.attempts[0].attempt', '1\n'],
    ['usage.calls', '4\n'],
  ])('prints just %s', async (path, expected) => {
    const ended = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '--select', path], { cwd: flows() })
    expect(ended).toEqual({ status: 0, stdout: expected, stderr: '' })
  })

  test('prints a text as it is with --raw', async () => {
    const args = ['run', 'greet.yaml', '--who', 'A\n"B"', '--select', 'inputs.who', '--raw']
    expect(await llmflows(args, { cwd: flows() })).toEqual({ status: 0, stdout: 'A\n"B"\n', stderr: '' })
  })

  test('leaves the whole result in a file when the part is not there', async () => {
    const cwd = flows()
    const args = ['run', 'greet.yaml', '--who', 'Ann', '--select', 'steps.greet.call_data.price']
    const { status, stdout, stderr } = await llmflows(args, { cwd })
    const kept = readdirSync(cwd).find((name) => name.startsWith('llmflows-')) ?? ''
    expect(stderr.split('\n')).toEqual([
      'error: "--select steps.greet.call_data.price": "steps.greet.call_data" has no "price"',
      '  help: there are retries, attempts, finish_reason, request_id, model, usage, cost, cached, …',
      `        the whole result is in ${kept}`,
      '',
    ])
    expect(stdout).toBe('')
    expect(status).toBe(1)
    expect(JSON.parse(readFileSync(join(cwd, kept), 'utf8'))).toMatchObject({ status: 'succeeded' })
    expect(statSync(join(cwd, kept)).mode & 0o777).toBe(0o600)
  })
})

describe('-o', () => {
  test('replaces a file whole, follows a link and keeps the permissions', async () => {
    const cwd = flows()
    writeFileSync(join(cwd, 'real.json'), 'before')
    chmodSync(join(cwd, 'real.json'), 0o640)
    symlinkSync('real.json', join(cwd, 'out.json'))
    const ended = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '-o', 'out.json'], { cwd })
    expect(ended).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(JSON.parse(readFileSync(join(cwd, 'real.json'), 'utf8'))).toMatchObject({ flow: 'greet' })
    expect(statSync(join(cwd, 'real.json')).mode & 0o777).toBe(0o640)
    expect(readdirSync(cwd).sort()).toEqual([
      '.llmflows',
      'failing.yaml',
      'greet.yaml',
      'out.json',
      'real.json',
    ])
  })

  test('writes to a device without replacing it', async () => {
    const ended = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '-o', '/dev/null'], { cwd: flows() })
    expect(ended).toEqual({ status: 0, stdout: '', stderr: '' })
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true)
  })

  test('sends the result to stdout when the file cannot be written after all', async () => {
    const ended = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '-o', '/dev/full'], { cwd: flows() })
    expect(ended.stderr).toBe(
      'error: the output file cannot be written: the disk is full\n  help: the result is on stdout instead\n',
    )
    expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'succeeded' })
    expect(ended.status).toBe(1)
  })
})

describe('a stdout that cannot be written', () => {
  test('leaves the whole result in a file', async () => {
    const cwd = flows()
    const { status, stderr } = await shell('llmflows run greet.yaml --who Ann --select status > /dev/full', {
      cwd,
    })
    const kept = readdirSync(cwd).find((name) => name.startsWith('llmflows-')) ?? ''
    expect(stderr).toBe(
      `error: standard output cannot be written: the disk is full\n  help: the whole result is in ${kept}\n`,
    )
    expect(status).toBe(1)
    expect(JSON.parse(readFileSync(join(cwd, kept), 'utf8'))).toMatchObject({ status: 'succeeded' })
  })

  test('is said with what else failed, and is no mistake of llmflows', async () => {
    const cwd = flows()
    // Nobody can make a file in /proc.
    const command = `cd /proc && llmflows run '${cwd}/greet.yaml' --who Ann --no-journal > /dev/full`
    const { status, stderr } = await shell(command, { cwd, env: { TMPDIR: join(cwd, 'none') } })
    expect(stderr).toBe(
      'error: standard output cannot be written: the disk is full\n' +
        '  help: the whole result cannot be kept either: its folder does not exist\n',
    )
    expect(status).toBe(1)
  })
})

test('-o - is stdout', async () => {
  const cwd = flows()
  const ended = await llmflows(['run', 'greet.yaml', '--who', 'Ann', '-o', '-', '--select', 'status'], {
    cwd,
  })
  expect(ended).toEqual({ status: 0, stdout: '"succeeded"\n', stderr: '' })
  expect(readdirSync(cwd).sort()).toEqual(['.llmflows', 'failing.yaml', 'greet.yaml'])
})

describe('--events', () => {
  test('writes what happens as JSON Lines, over what was there', async () => {
    const cwd = flows()
    writeFileSync(join(cwd, 'events'), 'old\n')
    await llmflows(['run', 'greet.yaml', '--who', 'Ann', '--events', 'events', '-q'], { cwd })
    const types = readFileSync(join(cwd, 'events'), 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { type: string }).type)
    expect(types[0]).toBe('run-started')
    expect(types.at(-1)).toBe('run-finished')
    expect(types.filter((type) => type === 'step-succeeded')).toHaveLength(4)
  })

  test('leaves the file alone when the run is refused', async () => {
    const cwd = flows()
    writeFileSync(join(cwd, 'events'), 'old\n')
    const { status } = await llmflows(['run', 'greet.yaml', '--events', 'events'], { cwd })
    expect(status).toBe(2)
    expect(readFileSync(join(cwd, 'events'), 'utf8')).toBe('old\n')
  })

  test('warns once, goes on and does not succeed when the disk is full', async () => {
    const args = ['run', 'greet.yaml', '--who', 'Ann', '--events', '/dev/full', '--select', 'status']
    const ended = await llmflows(args, { cwd: flows() })
    expect(ended).toEqual({
      status: 1,
      stdout: '"succeeded"\n',
      stderr: 'warning: events file "/dev/full" cannot be written: the disk is full\n',
    })
  })
})

describe('a run with a failure', () => {
  test('says what failed, gives the result of the rest, and exits with 1', async () => {
    const { status, stdout, stderr } = await llmflows(['run', 'failing.yaml'], { cwd: flows() })
    expect(stderr).toMatch(/^error: step "bad" failed: .*400.*\n/)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      steps: { good: { status: 'succeeded' }, bad: { status: 'failed' }, after: { status: 'blocked' } },
    })
    expect(status).toBe(1)
  })

  test('says nothing with --quiet', async () => {
    const { status, stderr } = await llmflows(['run', 'failing.yaml', '-q'], { cwd: flows() })
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' })
  })

  test('tells failures in its own lines with --verbose, and not again', async () => {
    const { stderr } = await llmflows(['run', 'failing.yaml', '-v'], { cwd: flows() })
    expect(stderr).not.toContain('error: step')
    expect(stderr).toContain('✖')
  })
})

test('a flow is changed by --llm and --set', async () => {
  const args = [
    'run',
    'greet.yaml',
    '--who',
    'Ann',
    '--llm',
    'writer.model=two',
    '--set',
    'steps.each.for_each=1',
  ]
  const { stdout, stderr } = await llmflows(args, { cwd: flows() })
  expect(stderr).toBe('')
  const result = JSON.parse(stdout) as { steps: Record<string, { model_config: { model: string } }> }
  expect(Object.keys(result.steps)).toEqual(['greet', 'each[0]'])
  expect(result.steps['greet']?.model_config.model).toBe('two')
})

test('--compact is one line, --no-raw leaves out what the APIs returned', async () => {
  const args = ['run', 'greet.yaml', '--who', 'Ann', '--compact']
  const whole = await llmflows(args, { cwd: flows() })
  const slim = await llmflows([...args, '--no-raw'], { cwd: flows() })
  expect(whole.stdout.indexOf('\n')).toBe(whole.stdout.length - 1)
  expect(whole.stdout).toContain('"raw_outputs"')
  expect(slim.stdout).not.toContain('"raw_outputs"')
})

test('a hint about answers is said once, and with --quiet not at all', async () => {
  const cwd = folderWith({
    'odd.yaml':
      'llmflows: 1\nname: odd\nsteps:\n  a: { for_each: 3, prompt: "Solve 3x+2=11", output_key: "a_{index}" }\n',
  })
  const args = ['run', 'odd.yaml', '--offline', '--select', 'status']
  const { stdout, stderr } = await llmflows(args, { cwd })
  expect(stdout).toBe('"succeeded"\n')
  expect(stderr).toBe(
    'note: answers come from muse, a tiny demonstration model that shows how a flow runs\n' +
      'note: step "a[0]" and 2 more: the embedded demonstration model was not taught to answer this; set "provider" and "model" of the llm to a real one\n',
  )
  expect((await llmflows([...args, '-q'], { cwd })).stderr).toBe('')
})

test('LLMFLOWS_MODEL is the model of a flow that names none, also from --env-from', async () => {
  const cwd = folderWith({
    'bare.yaml': 'llmflows: 1\nname: bare\nsteps:\n  a: { prompt: hello }\n',
    'settings':
      'LLMFLOWS_MODEL=from-the-file\nOPENAI_API_KEY=sk-test-not-a-real-key\nOPENAI_BASE_URL=http://127.0.0.1:9/v1\n',
  })
  const args = [
    'run',
    'bare.yaml',
    '--set',
    'defaults.max_retries=0',
    '--select',
    'steps.a.model_config.model',
  ]
  const fromFile = await llmflows([...args, '--env-from', 'settings'], { cwd })
  expect(fromFile.stdout).toBe('"from-the-file"\n')
  const fromEnv = await llmflows([...args, '--env-from', 'settings'], {
    cwd,
    env: { LLMFLOWS_MODEL: 'mine' },
  })
  expect(fromEnv.stdout).toBe('"mine"\n')
})

test('a run beyond its time is cancelled and exits with 1', async () => {
  const cwd = folderWith({
    'slow.yaml':
      'llmflows: 1\nname: slow\nllms:\n  w: { provider: scripted, answers: [{ answer: x, delay: 60s }] }\nsteps:\n  a: { prompt: x }\n',
  })
  const args = ['run', 'slow.yaml', '--timeout', '50ms', '--select']
  const late = 'error: the run took longer than 50ms; 1 step cancelled\n'
  expect(await llmflows([...args, 'status'], { cwd })).toEqual({
    status: 1,
    stdout: '"cancelled"\n',
    stderr: late,
  })
  // No call succeeded, so that there is nothing to keep.
  expect(await llmflows([...args, 'outputs.a'], { cwd })).toEqual({
    status: 1,
    stdout: '',
    stderr: `${late}error: "--select outputs.a": "outputs" has no "a"\n  help: the run was cancelled\n`,
  })
  expect(readdirSync(cwd).sort()).toEqual(['.llmflows', 'slow.yaml'])
})

test('a large result reaches a slow reader whole', async () => {
  const cwd = folderWith({
    'large.yaml': `llmflows: 1\nname: large\ninputs:\n  text: {}\nsteps:\n  each: { for_each: 20, value: "{text}", output_key: "t_{index}" }\n`,
    'text.txt': 'é"x'.repeat(100_000),
  })
  await shell('llmflows run large.yaml --text @text.txt | (sleep 0.5; cat) > out.json', { cwd })
  const text = readFileSync(join(cwd, 'out.json'), 'utf8')
  expect(Buffer.byteLength(text)).toBeGreaterThan(5_000_000)
  expect(JSON.parse(text)).toMatchObject({ status: 'succeeded' })
})
