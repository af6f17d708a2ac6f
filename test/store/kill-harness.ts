/** Starts and kills a program, and judges it by what it has logged and printed. Imports nothing of `src`. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'

/** A folder for a program and its runs, removed by `end`. */
export interface Harness {
  readonly program: string
  newFolder(): string
  end(): void
}

export async function harness(): Promise<Harness> {
  const root = mkdtempSync(join(tmpdir(), 'llmflows-kill-'))
  const program = join(root, 'program.mjs')
  const entry = new URL('program.ts', import.meta.url).pathname
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile: program })
  return {
    program,
    newFolder: () => mkdtempSync(join(root, 'run-')),
    end: () => rmSync(root, { recursive: true, force: true }),
  }
}

export interface Ended {
  readonly stdout: string
  readonly stderr: string
  readonly signal: NodeJS.Signals | null
}

interface RunOptions {
  readonly args: readonly string[]
  readonly killAfterMs?: number
  /** No file of it can be larger, in blocks of the shell's. */
  readonly maxFileBlocks?: number | 'unlimited'
}

/** Runs the program to its end, or for that many milliseconds. */
export function run(
  { program }: Harness,
  folder: string,
  { args, killAfterMs, maxFileBlocks = 'unlimited' }: RunOptions,
): Promise<Ended> {
  // Without the trap the limit would be a signal and not an error.
  const limited = `trap '' XFSZ; ulimit -f ${maxFileBlocks}; exec "$@"`
  const child = spawn('sh', ['-c', limited, 'sh', process.execPath, program, ...args], { cwd: folder })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => void (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => void (stderr += data.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), killAfterMs ?? 60_000)
  return new Promise((resolve) => {
    child.on('close', (_code, signal) => {
      clearTimeout(timer)
      resolve({ stdout, stderr, signal })
    })
  })
}

export function logOf(folder: string): readonly string[] {
  try {
    return readFileSync(join(folder, 'log'), 'utf8').split('\n').slice(0, -1)
  } catch {
    return []
  }
}

const STEPS = 16
const CONCURRENCY = 4

/** What is wrong with a run of sixteen steps that was killed that many times and then ended; empty when nothing is. */
export function complaints(folder: string, kills: number, { stdout, stderr }: Ended): readonly string[] {
  const wrong: string[] = []
  if (stderr !== '') wrong.push(stderr)
  const output = stdout === '' ? [] : (JSON.parse(stdout) as readonly (string | null)[])
  if (output.length !== STEPS || output.includes(null)) wrong.push(`not all steps have a value: ${stdout}`)
  const safe = new Map<string, string>()
  let calls = 0
  for (const line of logOf(folder)) {
    const [word, step = '', value = ''] = line.split(' ')
    if (word === 'safe') safe.set(step, value)
    else {
      calls++
      if (safe.has(step)) wrong.push(`step ${step} was called again`)
    }
  }
  for (const [step, value] of safe)
    if (output[Number(step)] !== value) wrong.push(`step ${step} has changed its answer`)
  for (let step = CONCURRENCY; step < STEPS; step++)
    if (output[step]?.includes(`<${output[step - CONCURRENCY]}>`) === false)
      wrong.push(`step ${step} was made of another answer than that of step ${step - CONCURRENCY}`)
  if (calls > STEPS + kills * CONCURRENCY) wrong.push(`${calls} calls after ${kills} kills`)
  return wrong
}

/** One run that is killed up to three times at random instants, and then ends. */
export async function killedAtRandom(harness: Harness): Promise<Verdict> {
  const folder = harness.newFolder()
  let kills = 0
  for (let round = 0; round < 3; round++) {
    const killAfterMs = 30 + Math.random() * 120
    const ended = await run(harness, folder, { args: ['flow'], killAfterMs })
    if (ended.signal === null) return { wrong: complaints(folder, kills, ended), kills, ...tally(folder) }
    kills++
  }
  const ended = await run(harness, folder, { args: ['flow'] })
  return { wrong: complaints(folder, kills, ended), kills, ...tally(folder) }
}

/** One run that is killed before the given call of the file system, and then ends. */
export async function killedAtCall(harness: Harness, call: number): Promise<Verdict> {
  const folder = harness.newFolder()
  const first = await run(harness, folder, { args: ['flow', String(call)] })
  if (first.signal === null) return { wrong: complaints(folder, 0, first), kills: 0, ...tally(folder) }
  const ended = await run(harness, folder, { args: ['flow'] })
  return { wrong: complaints(folder, 1, ended), kills: 1, ...tally(folder) }
}

export interface Verdict {
  readonly wrong: readonly string[]
  readonly kills: number
  /** Calls beyond one a step. */
  readonly repeated: number
}

function tally(folder: string): { readonly repeated: number } {
  return { repeated: logOf(folder).filter((line) => line.startsWith('call')).length - STEPS }
}
