import { chmodSync, existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { RunRefused } from '../../src/run/refusal.ts'
import type { Json } from '../../src/source/json.ts'
import { codeFlow } from './code-flow.ts'

const input = 'inputs: { text: { type: string, default: "" } }\n'

/** A Node program as a command step. */
function node(code: string, more = ''): string {
  return `${input}steps:\n  it: { command: [node, -e, ${JSON.stringify(code.replaceAll('{', '{ '))}], ${more} }`
}

/** One that has ended stays a zombie where nobody waits for it. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch {
    return false
  }
  const status = `/proc/${pid}/status`
  // Not every system has it.
  return (
    !existsSync('/proc/self') || (existsSync(status) && !/^State:\s+Z/m.test(readFileSync(status, 'utf8')))
  )
}

/** Resolves when a process is gone; whoever reaps it may take a moment. */
async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 200 && isAlive(pid); tries++)
    await new Promise((resolve) => setTimeout(resolve, 10))
  return !isAlive(pid)
}

describe('what a command step gives', () => {
  test.each([
    ['text', 'one\ntwo\n', 'one\ntwo'],
    ['text', '', ''],
    ['lines', 'one\r\ntwo\n', ['one', 'two']],
    ['lines', '', []],
    ['json', ' {"a": [1, null], "__proto__": 2}\n', JSON.parse('{"a": [1, null], "__proto__": 2}')],
  ])('%s is read from %j', async (output, text, value: Json) => {
    const flow = codeFlow(`${input}steps:\n  it: { command: [cat], stdin: "{text}", output: ${output} }`)
    const { outputs } = await flow.run({ inputs: { text } })
    expect(JSON.stringify(outputs['it'])).toBe(JSON.stringify(value))
  })

  test('a value that is no text goes in as JSON', async () => {
    const flow = codeFlow('steps:\n  it: { command: [cat], stdin: { a: [1, "{b}"] } }\n  b: { value: x }')
    const { outputs, steps } = await flow.run()
    expect(outputs['it']).toBe('{"a":[1,"x"]}')
    expect(steps['it']!.request).toEqual({ command: ['cat'], stdin: { a: [1, 'x'] } })
  })

  test('numbers among its arguments are what was written', async () => {
    const flow = codeFlow('steps:\n  it: { command: [printf, "%s ", 007, 1.10, true, 1e3] }')
    expect((await flow.run()).outputs['it']).toBe('007 1.10 true 1e3 ')
  })

  test('it runs in the folder of the flow, with PATH and what it names', async () => {
    const flow = codeFlow(
      node('console.log(process.cwd(), Object.keys(process.env).sort().join())', 'env: [NAMED, UNSET]'),
    )
    const env = { PATH: process.env['PATH'], NAMED: '1', OPENAI_API_KEY: 'sk-test-not-a-real-key' }
    expect((await flow.run({ env })).outputs['it']).toBe(`${flow.folder} NAMED,PATH`)
  })
})

describe('what a command step does wrong', () => {
  test.each([
    [
      'an exit code',
      'console.error("bad thing"); process.exitCode = 3',
      '',
      'command-failed',
      '"node" ended with exit code 3: bad thing',
    ],
    ['a signal', 'process.kill(process.pid, "SIGKILL")', '', 'command-failed', '"node" was ended by SIGKILL'],
    [
      'no UTF-8',
      'process.stdout.write(Buffer.from([0xff, 0xfe]))',
      '',
      'not-text',
      '"node" wrote something that is not UTF-8 text',
    ],
    ['no JSON', '', 'output: json', 'not-json', '"node" wrote something that is not JSON: it is empty'],
    [
      'deep JSON',
      'console.log("[".repeat(1e5) + "]".repeat(1e5))',
      'output: json',
      'not-json',
      '"node" wrote JSON that is nested more than 128 levels deep',
    ],
    [
      'too much',
      'for (let i = 0; i < 200; i++) process.stdout.write("x".repeat(1e5))',
      '',
      'value-too-large',
      '"node" wrote more than 8388608 bytes and was ended',
    ],
  ])('%s is a failure that says so', async (_, code, more, error, message) => {
    const { steps, status } = await codeFlow(node(code, more)).run()
    expect(status).toBe('failed')
    expect(steps['it']!.error).toMatchObject({ code: error, message })
  })

  test('stderr is kept from its end, and no more of it than is good', async () => {
    const { steps } = await codeFlow(
      node('console.error("x".repeat(1e6) + "the end"); process.exitCode = 1'),
    ).run()
    const { message } = steps['it']!.error!
    expect(message.endsWith('xthe end')).toBe(true)
    expect(message.length).toBeLessThan(5000)
  })

  test('a program that does not read a large stdin is no failure', async () => {
    const flow = codeFlow(`${input}steps:\n  it: { command: ["true"], stdin: "{text}" }`)
    expect((await flow.run({ inputs: { text: 'x'.repeat(4_000_000) } })).status).toBe('succeeded')
  })

  test('a program that is not there refuses the run before anything has run', async () => {
    const flow = codeFlow('steps:\n  it: { command: [ehco, hi] }\n  other: { command: ["./none.sh"] }')
    const refused = (await flow.run().catch((error: unknown) => error)) as RunRefused
    expect(refused).toBeInstanceOf(RunRefused)
    expect(refused.problems).toEqual([
      {
        code: 'no-program',
        message: 'step "it" runs "ehco", and there is no such program',
        help: 'did you mean "echo"?',
      },
    ])
  })

  test('a program that is named by a path may be missing or no program', async () => {
    const flow = codeFlow('steps:\n  gone: { command: ["./none.sh"] }\n  dull: { command: ["./dull.sh"] }', {
      'dull.sh': '#!/bin/sh\necho hi\n',
    })
    chmodSync(`${flow.folder}/dull.sh`, 0o644)
    const { steps } = await flow.run()
    expect(steps['gone']!.error).toMatchObject({
      code: 'no-program',
      message: 'there is no program "./none.sh"',
    })
    expect(steps['dull']!.error).toMatchObject({ help: 'make it executable: chmod +x ./dull.sh' })
  })
})

describe('what a model says', () => {
  test.each(['; echo pwned', '$(echo pwned)', '`id`', '* ?', '\n', '"\'\\', '-5', '- a list', '🙂'])(
    '%j is an argument like any other',
    async (text) => {
      const flow = codeFlow(`${input}steps:\n  it: { command: [printf, "%s.", "{text}"] }`)
      expect((await flow.run({ inputs: { text } })).outputs['it']).toBe(`${text}.`)
    },
  )

  test.each(['-rf', '--output=/etc/passwd'])('%s does not become an option', async (text) => {
    const flow = codeFlow(
      `${input}steps:\n  it: { command: [cat, "{text}"] }\n  safe: { command: [printf, "%s", --, "{text}"] }`,
    )
    const { steps } = await flow.run({ inputs: { text } })
    expect(steps['it']!.error).toMatchObject({
      code: 'bad-argument',
      message: `argument 1 of "cat" would be read as an option: "${text}"`,
    })
    expect(steps['safe']!.error).toBeNull()
  })

  test('a NUL character and an argument without end are refused', async () => {
    const flow = codeFlow(`${input}steps:\n  it: { command: [echo, "{text}"] }`)
    expect((await flow.run({ inputs: { text: 'a\0b' } })).steps['it']!.error!.code).toBe('bad-argument')
    const long = (await flow.run({ inputs: { text: 'x'.repeat(3_000_000) } })).steps['it']!
    expect(long.error).toMatchObject({ code: 'bad-argument', help: 'hand long texts over on stdin' })
  })
})

describe('nothing is left behind', () => {
  const family = `
    const { spawn } = require('node:child_process')
    const child = spawn('sleep', ['60'], { stdio: 'ignore' })
    process.on('SIGTERM', () => {})
    require('node:fs').writeFileSync('pids', process.pid + ' ' + child.pid)
    setInterval(() => {}, 1000)`

  test('a program that ignores SIGTERM is ended with all that it has started when its time is over', async () => {
    const flow = codeFlow('steps:\n  it: { command: [node, family.cjs], timeout: 1s }', {
      'family.cjs': family,
    })
    const { steps } = await flow.run()
    expect(steps['it']!.error!.code).toBe('timeout')
    const pids = flow.read('pids').split(' ').map(Number)
    expect(await Promise.all(pids.map(gone))).toEqual([true, true])
  })

  test('so is one when the run is stopped', async () => {
    const stop = new AbortController()
    const flow = codeFlow(
      'steps:\n  it: { command: [node, family.cjs] }\n  then: { command: [echo, "{ready}"] }\n  ready: { command: [sh, -c, "until [ -s pids ]; do sleep 0.02; done"] }',
      {
        'family.cjs': family,
      },
    )
    const { status } = await flow.run({
      signal: stop.signal,
      reporters: [{ onEvent: (event) => event.type === 'step-succeeded' && stop.abort() }],
    })
    expect(status).toBe('cancelled')
    const pids = flow.read('pids').split(' ').map(Number)
    expect(await Promise.all(pids.map(gone))).toEqual([true, true])
  })

  test('what a program that ends well leaves running is ended, and does not hold the step up', async () => {
    const flow = codeFlow('steps:\n  it: { command: [sh, -c, "sleep 60 & echo $!"] }')
    const { outputs, steps } = await flow.run()
    expect(steps['it']!.status).toBe('succeeded')
    expect(await gone(Number(outputs['it']))).toBe(true)
  })
})
