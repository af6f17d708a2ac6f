import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startFaultServer, type Exchange, type FaultServer } from '../servers/fault-server.ts'
import { answer, LAST_PIECE, piece, STREAM_HEAD } from '../servers/openai-wire.ts'
import { ended, llmflows, start } from './llmflows.ts'

/** What came of a run that was killed, and resumed until it ended. */
export interface KilledRun {
  /** How often it was killed while it ran. */
  readonly kills: number
  /** What it said when it was stopped. */
  readonly stopped: readonly { readonly status: number | null; readonly stdout: string }[]
  /** How many calls the server has had. */
  readonly calls: number
  readonly output: string
  readonly status: number | null
  readonly stderr: string
}

/** Calls that the flow makes, and how many of them at a time. */
export const STEPS = 25
export const WIDTH = 4

/** Three layers of eight steps, each of which uses two of the layer before, and a last one that uses eight. */
function flowText(baseUrl: string): string {
  const steps: Record<string, unknown> = {}
  const name = (layer: number, step: number): string => `s${layer}_${step % 8}`
  for (let step = 0; step < 8; step++) {
    steps[name(0, step)] = { prompt: `${step} {topic}` }
    for (const layer of [1, 2])
      steps[name(layer, step)] = {
        prompt: `${step} {${name(layer - 1, step)}} {${name(layer - 1, step + 3)}}`,
      }
  }
  steps['last'] = { prompt: Array.from({ length: 8 }, (_, step) => `{${name(2, step)}}`).join(' ') }
  const llms = {
    fake: { provider: 'openai-compatible', base_url: baseUrl, model: 'm', max_concurrency: WIDTH },
  }
  return JSON.stringify({ llmflows: 1, name: 'killed', llms, steps, outputs: ['last'] })
}

/** Answers after a few milliseconds with what follows from the prompt. */
export function startSlowServer(): Promise<FaultServer> {
  return startFaultServer(async (exchange: Exchange) => {
    const { messages } = JSON.parse(exchange.request.body) as { messages: { content: string }[] }
    await exchange.wait(5 + (exchange.count % 7))
    exchange.write(STREAM_HEAD)
    exchange.write(piece(answer(exchange, [digest(messages.at(-1)?.content ?? '')])))
    exchange.write(LAST_PIECE)
  })
}

function digest(text: string): string {
  let hash = 7
  for (const sign of text) hash = Math.imul(hash, 31) + (sign.codePointAt(0) ?? 0)
  return (hash >>> 0).toString(16)
}

/**
 * Runs the real program, kills it after each of these times, and lets it end after the last of them. Another signal than
 * SIGKILL comes after so many calls instead.
 */
export async function killedRun(
  server: FaultServer,
  killAfterMs: readonly number[],
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<KilledRun> {
  const cwd = mkdtempSync(join(tmpdir(), 'llmflows-killed-'))
  try {
    writeFileSync(join(cwd, 'flow.yaml'), flowText(server.baseUrl))
    const before = server.requests.length
    let kills = 0
    const stopped: { readonly status: number | null; readonly stdout: string }[] = []
    for (const delay of killAfterMs) {
      const child = start(commandIn(cwd), { cwd })
      const asked = server.requests.length
      const end = ended(child)
      // What can be caught is sent when there is somebody to catch it.
      const isDue = (waited: number): boolean =>
        signal === 'SIGKILL' ? waited >= delay : server.requests.length > asked + delay
      const begun = performance.now()
      const timer = setInterval(() => {
        if (!isDue(performance.now() - begun)) return
        clearInterval(timer)
        child.kill(signal)
      }, 1)
      const { status, stdout } = await end
      clearInterval(timer)
      if (status === 0) break
      kills++
      stopped.push({ status, stdout })
    }
    const end = await llmflows(commandIn(cwd), { cwd })
    const { stdout, stderr, status } = end
    return { kills, stopped, calls: server.requests.length - before, output: stdout, status, stderr }
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}

/** Resumes the run of a folder; a new one where none had begun before it was killed. */
function commandIn(cwd: string): readonly string[] {
  const runs = join(cwd, '.llmflows', 'runs')
  const [id] = existsSync(runs) ? readdirSync(runs).filter((run) => hasBegun(join(runs, run))) : []
  const command = ['run', 'flow.yaml', '--compact', '--no-raw', '-q']
  return [...command, ...(id === undefined ? ['--topic', 'rain'] : ['--resume', id])]
}

function hasBegun(run: string): boolean {
  const journal = join(run, 'journal.jsonl')
  return existsSync(journal) && readFileSync(journal, 'utf8').includes('"run-started"')
}
