import { describe, expect, test } from 'vitest'
import { folderWith, greetFlow, onTerminal } from './llmflows.ts'

const cwd = folderWith({
  'greet.yaml': greetFlow,
  'slow.yaml': `llmflows: 1\nname: slow\nllms:\n  w: { provider: scripted, answers: [{ answer: done, delay: 400ms }] }\nsteps:\n  a: { name: Waiting, prompt: x }\n`,
  'broken.yaml': 'llmflows: 1\nname: broken\nsteps:\n  a: { promt: x }\n',
})
const escape = '\u001b'

describe('on a terminal', () => {
  test('a run shows one line that goes away', async () => {
    const { status, stdout } = await onTerminal('llmflows run slow.yaml > out.json', { cwd })
    expect(stdout).toContain('0/1 steps'.replace('steps', 'step'))
    expect(stdout).toContain('Waiting')
    expect(stdout.lastIndexOf(`${escape}[?25h`)).toBeGreaterThan(stdout.lastIndexOf('Waiting'))
    expect(status).toBe(0)
  })

  test.each<readonly [string, Record<string, string>, number]>([
    ['no columns', {}, 0],
    ['a dumb terminal', { TERM: 'dumb' }, 80],
    ['CI', { CI: 'true' }, 80],
  ])('nothing moves: %s', async (_name, env, columns) => {
    const { status, stdout } = await onTerminal('llmflows run slow.yaml > out.json', { cwd, env, columns })
    expect(stdout).toBe('')
    expect(status).toBe(0)
  })

  test('nothing moves with --quiet', async () => {
    const { status, stdout } = await onTerminal('llmflows run slow.yaml -q > out.json', { cwd })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  })

  test.each<readonly [Record<string, string>, boolean]>([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
    [{ NO_COLOR: '' }, true],
    [{ TERM: 'dumb' }, false],
    [{ FORCE_COLOR: '0' }, false],
  ])('mistakes have colours with %j: %s', async (env, coloured) => {
    const { status, stdout } = await onTerminal('llmflows run broken.yaml', { cwd, env })
    expect(stdout.includes(escape)).toBe(coloured)
    expect(stdout).toContain('did you mean "prompt"?')
    expect(status).toBe(2)
  })

  test('a missing input is asked for', async () => {
    const { status, stdout } = await onTerminal('llmflows run greet.yaml --select inputs.who', {
      cwd,
      typed: { after: '(Whom to greet)', keys: 'Ann\r' },
    })
    expect(stdout).toContain('who')
    expect(stdout).toContain('(Whom to greet)')
    expect(stdout).toContain('"Ann"\r\n')
    expect(status).toBe(0)
  })

  test.each(['-', '@nothing'])('an answer means what it says: %s', async (answer) => {
    const { status, stdout } = await onTerminal('llmflows run greet.yaml --select inputs.who', {
      cwd,
      typed: { after: '(Whom to greet)', keys: `${answer}\r` },
    })
    expect(stdout).toContain(`"${answer}"\r\n`)
    expect(status).toBe(0)
  })

  test('whoever would rather not answer leaves with Ctrl-C', async () => {
    const { status, stdout } = await onTerminal('llmflows run greet.yaml', {
      cwd,
      typed: { after: '(Whom to greet)', keys: '\u0003' },
    })
    expect(stdout).not.toContain('llmflows":')
    expect(status).toBe(130)
  })

  test('a text that a model made is harmless there with --raw', async () => {
    const { stdout } = await onTerminal(
      String.raw`llmflows run greet.yaml --who $(printf "a\033[2Jb") --select inputs.who --raw`,
      { cwd, env: { NO_COLOR: '1', CI: 'true' } },
    )
    expect(stdout).toBe('a␛[2Jb\r\n')
  })
})
