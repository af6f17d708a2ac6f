import { execFileSync } from 'node:child_process'
import { createReadStream, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { ended, folderWith, llmflows, shell, start } from './llmflows.ts'

/** Its result is larger than a pipe holds. */
const large = `llmflows: 1
name: large
steps:
  a: { for_each: 200, value: "${'x'.repeat(2000)}" }
`
const small = 'llmflows: 1\nname: small\nsteps:\n  a: { value: x }\n'

function folder(): string {
  return folderWith({ 'large.yaml': large, 'small.yaml': small })
}

function withPipe(): string {
  const cwd = folder()
  execFileSync('mkfifo', [join(cwd, 'pipe')])
  return cwd
}

describe('-o is refused before anything runs', () => {
  test.each([
    ['', 'option "--output" needs the name of a file'],
    ['x/', 'output file "x/" has the name of a folder'],
    ['no/x', 'output file "no/x" cannot be written: its folder does not exist'],
    ['.', 'output file "." is a folder'],
    ['small.yaml/x', 'output file "small.yaml/x" cannot be written: its folder is a file'],
    ['dangling', 'output file "dangling" is a link to a file that does not exist'],
    ['circle', 'output file "circle" cannot be written: its links lead in a circle'],
    ['/proc/self/comm', 'output file "/proc/self/comm" cannot be written: its folder takes no new files'],
    ['pipe', 'output file "pipe" cannot be written: nobody reads from it, or it is a socket'],
    ['n'.repeat(256), `output file "${'n'.repeat(256)}"`],
  ])('%s', async (path, message) => {
    const cwd = withPipe()
    symlinkSync('nowhere', join(cwd, 'dangling'))
    symlinkSync('circle', join(cwd, 'circle'))
    const { status, stdout, stderr } = await llmflows(['run', 'small.yaml', `--output=${path}`], { cwd })
    expect(stderr).toContain(`error: ${message}`)
    expect(stderr).not.toMatch(/\bE[A-Z]{4,}\b/)
    expect([status, stdout]).toEqual([2, ''])
  })
})

describe('-o', () => {
  test('may have the longest name there is, and leaves nothing else behind', async () => {
    const cwd = folder()
    const name = 'n'.repeat(255)
    expect((await llmflows(['run', 'small.yaml', '-o', name], { cwd })).status).toBe(0)
    expect(readdirSync(cwd).sort()).toEqual(['.llmflows', 'large.yaml', name, 'small.yaml'])
  })

  test('keeps the mode of a file exactly, whatever the umask', async () => {
    const cwd = folder()
    writeFileSync(join(cwd, 'out'), '')
    await shell('chmod 666 out; umask 077; llmflows run small.yaml -o out; llmflows run small.yaml -o new', {
      cwd,
    })
    expect(statSync(join(cwd, 'out')).mode & 0o777).toBe(0o666)
    expect(statSync(join(cwd, 'new')).mode & 0o777).toBe(0o600)
  })

  test('writes all to a pipe, however slow its reader is', async () => {
    const { status, stdout } = await shell(
      '(sleep 0.5; wc -l) < pipe & llmflows run large.yaml -o pipe; wait',
      {
        cwd: withPipe(),
      },
    )
    expect(Number(stdout)).toBeGreaterThan(2000)
    expect(status).toBe(0)
  })
})

describe('--events', () => {
  test.each(['llmflows run small.yaml --events /dev/stdout', 'llmflows run small.yaml --events out > out'])(
    'is refused where the result goes: %s',
    async (command) => {
      const { status, stdout, stderr } = await shell(command, { cwd: folder() })
      expect(stderr).toContain('is standard output, which the result goes to\n')
      expect([status, stdout]).toEqual([2, ''])
    },
  )

  test('goes to /dev/null beside the result', async () => {
    const command = 'llmflows run small.yaml --events /dev/null > /dev/null'
    expect(await shell(command, { cwd: folder() })).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test('is refused for a pipe that nobody reads', async () => {
    const { status, stderr } = await llmflows(['run', 'small.yaml', '--events', 'pipe'], { cwd: withPipe() })
    expect(stderr).toBe(
      'error: events file "pipe" cannot be written: nobody reads from it, or it is a socket\n',
    )
    expect(status).toBe(2)
  })

  test('comes whole through a pipe, however slow its reader is', async () => {
    const cwd = withPipe()
    await shell(
      '(sleep 0.5; cat > events) < pipe & llmflows run large.yaml -q --events pipe > result; wait',
      { cwd },
    )
    const lines = readFileSync(join(cwd, 'events'), 'utf8').trimEnd().split('\n')
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ type: 'run-finished' })
  })
})

test('a signal ends a run whose reader of -o has stopped reading', async () => {
  const cwd = withPipe()
  // Held open and never read further.
  const reader = createReadStream(join(cwd, 'pipe'), { highWaterMark: 1 })
  const child = start(['run', 'large.yaml', '-o', 'pipe', '-v'], { cwd })
  const end = ended(child)
  await new Promise<void>((resolve) => {
    let heard = ''
    child.stderr?.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
      if (heard.includes('✔ large')) resolve()
    })
  })
  child.kill('SIGTERM')
  const { status } = await end
  reader.destroy()
  expect(status ?? child.signalCode).toBe(143)
})

test('a run ends although the reader of --events has stopped reading, and says so', async () => {
  const cwd = withPipe()
  const command =
    'sleep 20 < pipe >/dev/null 2>&1 & llmflows run large.yaml -q --select status --events pipe; kill %1'
  const { stdout, stderr } = await shell(command, { cwd })
  expect(stdout).toBe('"succeeded"\n')
  expect(stderr).toBe(
    'warning: events file "pipe" cannot be written: its reader does not take the last events\n',
  )
})
