import { describe, expect, test } from 'vitest'
import { startFaultServer } from '../servers/fault-server.ts'
import { folderWith, greetFlow, llmflows, shell } from './llmflows.ts'

const cwd = folderWith({
  'greet.yaml': greetFlow,
  'broken.yaml': 'llmflows: 1\nname: broken\nsteps:\n  a: { promt: x }\n',
  'evil.yaml': `llmflows: 1\nname: evil\ninputs:\n  text: {}\nllms:\n  w: { provider: scripted, answers: [{ answer: "{prompt}" }] }\nsteps:\n  a: { prompt: "{text}" }\n`,
})
const run = 'llmflows run greet.yaml --who Ann'

describe('a reader that goes away early', () => {
  test.each([
    [`${run} | head -1`, '{\n'],
    [`${run} --verbose 2>&1 >/dev/null | head -1 | wc -l`, '1\n'],
    ['llmflows run greet.yaml --help | head -1', 'Example:\n'],
    ['llmflows --help | true', ''],
  ])('is no error: %s', async (command, expected) => {
    const { status, stdout, stderr } = await shell(`set -o pipefail\n${command}`, { cwd })
    expect(stdout.replace(/^ +/, '')).toBe(expected)
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('a full disk', () => {
  test.each([`${run} > /dev/full`, 'llmflows --version > /dev/full', 'llmflows run --help > /dev/full'])(
    'is said, and is not success: %s',
    async (command) => {
      const { status, stderr } = await shell(command, { cwd })
      expect(stderr).toContain('error: standard output cannot be written: ')
      expect(status).toBe(1)
    },
  )
})

describe('colour', () => {
  const plain = '\u001b'
  test.each<readonly [env: Record<string, string>, args: string, coloured: boolean]>([
    [{}, '', false],
    [{ TERM: 'xterm-256color' }, '', false],
    [{ CI: 'true' }, '', false],
    [{ FORCE_COLOR: '1' }, '', true],
    [{ FORCE_COLOR: '' }, '', true],
    [{ FORCE_COLOR: '3' }, '', true],
    [{ FORCE_COLOR: '0' }, '', false],
    [{ FORCE_COLOR: 'false' }, '', false],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, '', false],
    [{ FORCE_COLOR: '1', NO_COLOR: '' }, '', true],
    [{ NO_COLOR: '1' }, '--color always', true],
    [{ FORCE_COLOR: '1' }, '--color=never', false],
    [{ FORCE_COLOR: '1' }, '--color auto', true],
  ])('with %j and "%s" is %s in a pipe', async (env, args, coloured) => {
    const { stderr } = await llmflows(['run', 'broken.yaml', ...args.split(' ').filter(Boolean)], {
      cwd,
      env,
    })
    expect(stderr.includes(plain)).toBe(coloured)
    expect(stderr).toContain('did you mean "prompt"?')
  })
})

test('nothing that a model says reaches the terminal as a control character', async () => {
  const text = 'a\u001b[2J\u009b31m\u202eb\u0007'
  const args = ['run', 'evil.yaml', '--text', text, '--verbose']
  const { stdout, stderr } = await llmflows(args, { cwd })
  // eslint-disable-next-line no-control-regex
  expect(stderr).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/)
  expect(stdout).not.toMatch(/[\u007f-\u009f\u202e]/)
  expect((JSON.parse(stdout) as { outputs: unknown }).outputs).toEqual({ a: text })
})

test('a model elsewhere is announced before the first call, and no key is ever shown', async () => {
  const key = 'test-key-that-nobody-should-see-0001'
  const server = await startFaultServer(({ write, request, socket }) => {
    const body = JSON.stringify({
      error: { message: `no access with ${request.headers['authorization'] ?? ''}` },
    })
    write(
      `HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    socket.end()
  })
  try {
    const folder = folderWith({
      'local.yaml': `llmflows: 1\nname: local\nllms:\n  w: { provider: openai-compatible, base_url: "${server.baseUrl}", api_key_env: LOCAL_API_KEY, model: m }\nsteps:\n  a: { prompt: "{text}" }\n`,
    })
    const args = ['run', 'local.yaml', '--text', 'x', '-v', '--events', 'events', '--allow-env=LOCAL_API_KEY']
    const { status, stdout, stderr } = await llmflows(args, { cwd: folder, env: { LOCAL_API_KEY: key } })
    expect(stderr.split('\n')[0]).toBe(`note: llm "w" calls ${server.baseUrl}`)
    const { stdout: events } = await shell('cat events', { cwd: folder })
    expect(server.requests[0]?.headers['authorization']).toBe(`Bearer ${key}`)
    for (const text of [stdout, stderr, events]) expect(text).not.toContain(key)
    expect(events).toContain('[redacted]')
    expect(status).toBe(1)
    const quiet = await llmflows([...args.filter((arg) => arg !== '-v'), '-q'], {
      cwd: folder,
      env: { LOCAL_API_KEY: key },
    })
    expect(quiet.stderr).toBe('')
  } finally {
    await server.close()
  }
})
