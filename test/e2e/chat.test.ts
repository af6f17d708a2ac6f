import { describe, expect, test } from 'vitest'
import { startFaultServer } from '../servers/fault-server.ts'
import { answer, LAST_PIECE, piece, STREAM_HEAD } from '../servers/openai-wire.ts'
import { ended, folderWith, llmflows, onTerminal, shell, start } from './llmflows.ts'

/** Answers with the prompt, but for some words. */
const echoFlow = `llmflows: 1
name: echo
llms:
  echo:
    provider: scripted
    price: { input: 1, output: 1 }
    answers:
      - { match: slow, answer: late, delay: 20s }
      - { match: fail, status: 400 }
      - { match: escape, answer: "a\\u001B[2Jb" }
      - { match: two, answer: "one\\ntwo\\n" }
      - { answer: "<{prompt}>" }
conversations:
  talk: { system: Be brief }
steps:
  answer: { conversation: talk, prompt: "{message}" }
`

const cwd = folderWith({
  'echo.yaml': echoFlow,
  'plain.yaml': `llmflows: 1
name: plain
llms: { w: { provider: scripted, answers: [{ answer: "{prompt}" }] } }
steps: { answer: { prompt: "{message}" } }
`,
  'tutor.yaml': `llmflows: 1
name: tutor
inputs: { language: {}, message: { maxLength: 5 }, level: { default: easy } }
llms: { w: { provider: scripted, answers: [{ answer: "{prompt}" }] } }
conversations: { lesson: {} }
steps:
  answer: { conversation: lesson, prompt: "{language} {level}: {message}" }
  length: { value: "{answer}" }
`,
  'count.yaml': `llmflows: 1
name: count
inputs: { n: { type: integer } }
llms: { w: { provider: scripted, answers: [{ answer: "{prompt}" }] } }
steps: { answer: { prompt: "{n}" } }
`,
  'keyless.yaml': `llmflows: 1
name: keyless
conversations: { talk: {} }
steps: { answer: { conversation: talk, prompt: "{message}" } }
`,
  'shout.yaml': `llmflows: 1
name: shout
steps: { answer: { function: ./shout.mjs, with: { text: "{message}" } } }
`,
  'shout.mjs': `export default ({ text }) => {
  console.log('shouting\\u001b[2J')
  return text.toUpperCase()
}
`,
  'guess.yaml': `llmflows: 1
name: guess
llms:
  w:
    provider: scripted
    answers: [{ answer: "{prompt}" }]
conversations: { talk: { system: "{message}" } }
steps:
  one: { conversation: talk, prompt: "{message}" }
  two: { conversation: talk, prompt: "{one} again" }
outputs: [one, two]
`,
})

async function chat(stdin: string, ...args: readonly string[]): ReturnType<typeof llmflows> {
  return llmflows(['chat', ...args], { cwd, stdin })
}

describe('chat from a pipe', () => {
  test('answers every line on stdout, and says at the end what it cost', async () => {
    expect(await chat('Hello\nAnd you?\n', 'echo.yaml')).toEqual({
      status: 0,
      stdout: '<Hello>\n<And you?>\n',
      stderr: '2 answers, 2 calls, 12 tokens, $0.0000\n',
    })
  })

  test('remembers what was said, as the tokens of the prompts show', async () => {
    const one = await chat('a\n', 'echo.yaml')
    const two = await chat('a\nb\n', 'echo.yaml')
    // System 2, prompt 1, answer 1; then also prompt and answer of the turn before.
    expect(one.stderr).toContain('1 call, 4 tokens')
    expect(two.stderr).toContain('2 calls, 10 tokens')
    const reset = await chat('a\n/reset\nb\n', 'echo.yaml')
    expect(reset.stderr).toBe('what was said is forgotten\n2 answers, 2 calls, 8 tokens, $0.0000\n')
  })

  test('takes a last line without its end, Windows line ends, and passes over empty lines', async () => {
    const { stdout, status } = await chat('a\r\n\n  \nb', 'echo.yaml', '-q')
    expect({ stdout, status }).toEqual({ stdout: '<a>\n<b>\n', status: 0 })
  })

  test('answers as lines come', async () => {
    const child = start(['chat', 'echo.yaml', '-q'], { cwd })
    const whole = ended(child)
    child.stdin?.write('a\n')
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.stdin?.end('b\n')
    expect((await whole).stdout).toBe('<a>\n<b>\n')
  })

  test('goes on after a turn that failed, as if it had not been tried, and exits with 1', async () => {
    const { status, stdout, stderr } = await chat('a\nfail\nb\n', 'echo.yaml')
    expect(stdout).toBe('<a>\n<b>\n')
    expect(stderr).toContain('error: step "answer" failed:')
    expect(stderr).toContain('2 answers, 3 calls, 10 tokens')
    expect(status).toBe(1)
  })

  test('goes on after a line that the input does not allow', async () => {
    const { status, stdout, stderr } = await chat('far too long\nHi\n', 'tutor.yaml', '--language', 'French')
    expect(stdout).toBe('French easy: Hi\n')
    expect(stderr).toContain('error: input "message" ')
    expect(status).toBe(1)
  })

  test('shows control characters, and ends an answer with one line end', async () => {
    const { stdout } = await chat('escape\ntwo\n', 'echo.yaml', '-q')
    expect(stdout).toBe('a␛[2Jb\none\ntwo\n')
  })

  test.each([['/exit'], [' /exit ']])('ends at %s', async (command) => {
    expect((await chat(`a\n${command}\nb\n`, 'echo.yaml', '-q')).stdout).toBe('<a>\n')
  })

  test('says what a misspelt command was meant to be; other lines with a slash are said', async () => {
    const { stdout, stderr } = await chat('/rest\n/etc/hosts is a file\n/x\n', 'echo.yaml')
    expect(stderr).toContain('error: there is no command "/rest"\n  help: did you mean "/reset"?\n')
    expect(stdout).toBe('</etc/hosts is a file>\n</x>\n')
  })

  test('takes other inputs as options', async () => {
    const { stdout } = await chat('Hi\n', 'tutor.yaml', '--language', 'French', '--level', 'hard', '-q')
    expect(stdout).toBe('French hard: Hi\n')
  })

  test('stops paying when nobody reads any more', async () => {
    const child = start(['chat', 'echo.yaml'], { cwd })
    const whole = ended(child)
    child.stdin?.on('error', () => {})
    child.stdin?.write('a\n')
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.stdout?.destroy()
    child.stdin?.write('b\nslow\n')
    const { status, stderr } = await whole
    expect({ status, stderr }).toEqual({ status: 0, stderr: '2 answers, 2 calls, 10 tokens, $0.0000\n' })
  })

  test('ends when its budget is spent: what was paid before counts', async () => {
    const server = await startFaultServer((exchange) => {
      exchange.write(STREAM_HEAD)
      exchange.write(piece(answer(exchange)))
      exchange.write(LAST_PIECE)
    })
    const folder = folderWith({
      'paid.yaml': `llmflows: 1
name: paid
llms:
  paid:
    provider: openai-compatible
    model: served
    base_url: ${server.baseUrl}
    max_tokens: 10
    price: { input: 1000, output: 1000 }
conversations: { talk: { system: Be brief } }
steps: { answer: { conversation: talk, prompt: "{message}" } }
`,
    })
    try {
      // A call of this length may take 110 tokens, and takes 9.
      const args = ['chat', 'paid.yaml', '--max-cost', '0.112']
      for (const line of ['a', 'b']) {
        const { status, stderr } = await llmflows(args, { cwd: folder, stdin: `${line}\n` })
        expect({ status, stderr }).toMatchObject({ status: 0, stderr: expect.stringContaining('$0.0090') })
      }
      const { status, stdout, stderr } = await llmflows(args, { cwd: folder, stdin: 'a\n/reset\nb\nc\n' })
      expect({ status, stdout }).toEqual({ status: 3, stdout: 'Hello there\n' })
      expect(stderr).toContain('error: step "answer" failed:')
      expect(server.requests).toHaveLength(3)
    } finally {
      await server.close()
    }
  })

  test('shows what functions print on stderr, and refuses them with --no-code', async () => {
    const { stdout, stderr } = await chat('Hi\n', 'shout.yaml')
    expect(stdout).toBe('HI\n')
    expect(stderr).toContain('shouting␛[2J\n')
    const refused = await chat('Hi\n', 'shout.yaml', '--no-code')
    expect({ status: refused.status, stdout: refused.stdout }).toEqual({ status: 2, stdout: '' })
  })

  test('what is no text is refused', async () => {
    const { status, stderr } = await shell(String.raw`printf '\xff\n' | llmflows chat echo.yaml`, { cwd })
    expect(stderr).toBe('error: standard input is not UTF-8 text\n')
    expect(status).toBe(2)
  })

  test('works with the embedded model and no key', async () => {
    const { status, stdout, stderr } = await chat('Hello\n', 'keyless.yaml', '--offline')
    expect(stdout.trim()).not.toBe('')
    expect(stderr).toContain('note: answers come from muse')
    expect(status).toBe(0)
  })

  test('ends where the flow cannot run at all', async () => {
    const { status, stdout, stderr } = await chat('a\nb\n', 'keyless.yaml')
    expect(stdout).toBe('')
    expect(stderr.match(/^error: /gm)?.length).toBe(1)
    expect(status).toBe(2)
  })

  test('says that a flow without conversations remembers nothing', async () => {
    const { stdout, stderr } = await chat('a\n', 'plain.yaml')
    expect(stdout).toBe('a\n')
    expect(stderr).toContain(
      'note: flow "plain" has no conversations, so every line is the first one to it\n',
    )
  })

  test.each<readonly [string, NodeJS.Signals, number]>([
    ['a\nslow\n', 'SIGINT', 130],
    ['a\nslow\n', 'SIGTERM', 143],
    ['a\n', 'SIGINT', 130],
    ['a\n', 'SIGHUP', 129],
  ])('a signal ends all of it, whenever it comes: %j %s', async (said, signal, code) => {
    const child = start(['chat', 'echo.yaml'], { cwd })
    const whole = ended(child)
    child.stdin?.write(said)
    await new Promise((resolve) => child.stdout?.once('data', resolve))
    child.kill(signal)
    const { status, stdout } = await whole
    expect({ status, stdout }).toEqual({ status: code, stdout: '<a>\n' })
  })
})

describe('which input takes what is said, and which output is shown', () => {
  test.each<readonly [string, readonly string[], string, string]>([
    [
      'several',
      ['tutor.yaml'],
      'several inputs that could take what is said: language, message',
      '--say-to language',
    ],
    [
      'none that is a text',
      ['count.yaml', '--n', '1'],
      'has no input that could take what is said',
      'it takes a text',
    ],
    [
      'a misspelt one',
      ['tutor.yaml', '--say-to', 'mesage'],
      'has no input "mesage"',
      'did you mean "message"?',
    ],
    ['one of another type', ['count.yaml', '--say-to', 'n'], 'input "n" is of type integer', ''],
    [
      'one that is given',
      ['echo.yaml', '--say-to', 'message', '--message', 'x'],
      'is given a value as well',
      '',
    ],
    [
      'missing others',
      ['tutor.yaml', '--say-to', 'message'],
      'missing input: "language"',
      'add --language …',
    ],
    [
      'several answers',
      ['guess.yaml'],
      'several outputs that could be the answer: one, two',
      '--select outputs.one',
    ],
    ['no such answer', ['guess.yaml', '--select', 'outputs.tow'], 'has no "tow"', 'did you mean "two"?'],
    ['stdin as an input', ['tutor.yaml', '--language', '-'], 'standard input holds what is said', '@file'],
  ])('%s is refused', async (_name, args, message, help) => {
    const { status, stdout, stderr } = await chat('Hi\n', ...args)
    expect(stderr).toContain(message)
    expect(stderr).toContain(help)
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' })
  })

  test('of several outputs it is the one that is said in a conversation', async () => {
    const { stdout } = await chat('Hi\n', 'tutor.yaml', '--language', 'X', '-q')
    expect(stdout).toBe('X easy: Hi\n')
  })

  test('--select shows another, as JSON where it is no text', async () => {
    expect((await chat('Hi\n', 'guess.yaml', '--select', 'outputs.two', '-q')).stdout).toBe('Hi again\n')
    expect((await chat('Hi\n', 'guess.yaml', '--select', 'outputs', '-q')).stdout).toBe(
      '{\n  "one": "Hi",\n  "two": "Hi again"\n}\n',
    )
  })

  test('the help of a flow does not ask for what is said', async () => {
    const { stdout } = await llmflows(['chat', 'tutor.yaml', '--say-to', 'message', '--help'], { cwd })
    expect(stdout).toContain('--say-to NAME')
    const { stdout: help } = await llmflows(['chat', 'echo.yaml', '--help'], { cwd })
    expect(help).toContain('Example:\n  llmflows chat echo.yaml\n')
  })
})

describe('chat on a terminal', () => {
  const env = { NO_COLOR: '1' }

  test('answers, remembers, and ends with Ctrl-D', async () => {
    const { status, stdout } = await onTerminal('llmflows chat echo.yaml', {
      cwd,
      env,
      typed: [
        { after: '> ', keys: 'Hello\r' },
        { after: '<Hello>', keys: '' },
        { after: '> ', keys: 'Again\r' },
        { after: '<Again>', keys: '' },
        { after: '> ', keys: '\u0004' },
      ],
    })
    expect(stdout).toContain('2 answers, 2 calls, 10 tokens, $0.0000')
    expect(status).toBe(0)
  })

  test('Ctrl-C stops an answer, and the talk goes on without it', async () => {
    const { stdout } = await onTerminal('llmflows chat echo.yaml; echo status $?', {
      cwd,
      env,
      typed: [
        { after: '> ', keys: 'slow\r' },
        { after: '0/1 step', keys: '\u0003' },
        { after: 'stopping this answer', keys: '' },
        { after: '> ', keys: 'b\r' },
        { after: '<b>', keys: '' },
        { after: '> ', keys: '/exit\r' },
      ],
    })
    expect(stdout).toContain('1 answer, 2 calls, 4 tokens')
    // The shell of this test was interrupted with it.
    expect(stdout).toContain('status 0')
  })

  test('Ctrl-C at the prompt ends it', async () => {
    const { status } = await onTerminal('llmflows chat echo.yaml', {
      cwd,
      env,
      typed: { after: '> ', keys: '\u0003' },
    })
    expect(status).toBe(130)
  })

  test('the arrow keys bring back what was said', async () => {
    const { stdout } = await onTerminal('llmflows chat echo.yaml', {
      cwd,
      env,
      typed: [
        { after: '> ', keys: 'first\r' },
        { after: '<first>', keys: '' },
        { after: '> ', keys: '\u001B[A!\r' },
        { after: '<first!>', keys: '' },
        { after: '> ', keys: '\u0004' },
      ],
    })
    expect(stdout).toContain('<first!>')
  })

  test('lines that are pasted together are a turn each, and what is begun stays', async () => {
    const { stdout } = await onTerminal('llmflows chat echo.yaml', {
      cwd,
      env,
      typed: [
        { after: '> ', keys: 'un\rdeux\rtro' },
        { after: '<un>', keys: '' },
        { after: '<deux>', keys: '' },
        { after: 'tro', keys: 'is\r' },
        { after: '<trois>', keys: '' },
        { after: '> ', keys: '\u0004' },
      ],
    })
    expect(stdout).toContain('<trois>')
  })

  test('asks for the other inputs first', async () => {
    const { stdout } = await onTerminal('llmflows chat tutor.yaml --say-to message', {
      cwd,
      env,
      typed: [
        { after: 'language', keys: 'Welsh\r' },
        { after: '> ', keys: 'Hi\r' },
        { after: 'Welsh easy: Hi', keys: '' },
        { after: '> ', keys: '\u0004' },
      ],
    })
    expect(stdout).toContain('1 answer')
  })

  test('an answer cannot move the cursor', async () => {
    const { stdout } = await onTerminal('llmflows chat echo.yaml -q', {
      cwd,
      env,
      typed: [
        { after: '> ', keys: 'escape\r' },
        { after: 'a␛[2Jb', keys: '' },
        { after: '> ', keys: '\u0004' },
      ],
    })
    expect(stdout).not.toContain('\u001B[2J')
  })
})
