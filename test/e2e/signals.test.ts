import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { ended, folderWith, start } from './llmflows.ts'

const slow = `llmflows: 1
name: slow
llms:
  w: { provider: scripted, answers: [{ match: quick, answer: done }, { answer: late, delay: 600s }] }
steps:
  quick: { prompt: quick }
  slow: { prompt: "slow {quick}" }
  after: { prompt: "after {slow}" }
`
const cwd = folderWith({ 'slow.yaml': slow })

/** Resolves when the program has said `text` on stderr. */
function said(child: ReturnType<typeof start>, text: string): Promise<void> {
  let heard = ''
  return new Promise((resolve) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      heard += bytes.toString()
      if (heard.includes(text)) resolve()
    })
  })
}

describe('a signal', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('%s ends the run with its result and exit code %i', async (signal, code) => {
    const child = start(['run', 'slow.yaml', '-v'], { cwd })
    const end = ended(child)
    await said(child, '▶ slow')
    child.kill(signal)
    const { status, stdout, stderr } = await end
    expect(status).toBe(code)
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'cancelled',
      outputs: {},
      steps: {
        quick: { status: 'succeeded', generated: 'done' },
        slow: { status: 'cancelled' },
        after: { status: 'cancelled' },
      },
    })
    expect(stderr).toContain('stopping; interrupt again to exit at once\n')
  })

  test('says how far the run came and where the result is', async () => {
    const folder = folderWith({ 'slow.yaml': slow, 'events': '' })
    const child = start(['run', 'slow.yaml', '--events', 'events', '-o', 'out.json'], { cwd: folder })
    const end = ended(child)
    while (!readFileSync(join(folder, 'events'), 'utf8').includes('"step":"slow","attempt":1'))
      await sleep(10)
    child.kill('SIGINT')
    const { status, stderr } = await end
    expect({ status, stderr }).toEqual({
      status: 130,
      stderr:
        'stopping; interrupt again to exit at once\ncancelled: 1 of 3 steps done; the result is in out.json\n',
    })
  })

  test('says nothing with --quiet', async () => {
    const folder = folderWith({ 'slow.yaml': slow, 'events': '' })
    const child = start(['run', 'slow.yaml', '-q', '--events', 'events'], { cwd: folder })
    const end = ended(child)
    while (!readFileSync(join(folder, 'events'), 'utf8').includes('"step":"slow","attempt":1'))
      await sleep(10)
    child.kill('SIGINT')
    const { status, stdout, stderr } = await end
    expect({ status, stderr }).toEqual({ status: 130, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject({ status: 'cancelled' })
  })

  test('that comes twice ends it at once', async () => {
    // Nobody reads stdout, so the result cannot be written and the first signal is not enough.
    const large = `${slow}  big: { for_each: 200, value: "${'x'.repeat(2000)}", output_key: "b_{index}" }\n`
    const folder = folderWith({ 'slow.yaml': large })
    const child = start(['run', 'slow.yaml', '-v'], { cwd: folder })
    await said(child, '▶ slow')
    const stopping = said(child, 'interrupt again')
    child.kill('SIGINT')
    await stopping
    child.kill('SIGTERM')
    const status = await new Promise((resolve) => child.once('exit', resolve))
    expect(status).toBe(143)
  })

  test('before a run has begun ends it as any program', async () => {
    const child = start(['run', '-', '--help'], { cwd })
    const end = new Promise((resolve) => child.once('exit', (code, signal) => resolve(signal ?? code)))
    // It waits for the flow; whether it does so already makes no difference.
    child.kill('SIGTERM')
    expect(await end).toBe('SIGTERM')
  })
})
