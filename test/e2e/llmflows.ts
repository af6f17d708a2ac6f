import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
export const bin = join(root, 'bin', 'llmflows.js')

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** Undefined: an empty one. */
  readonly stdin?: string
}

/** Nothing of the developer's own environment. */
export function cleanEnv(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir(), LANG: 'C.UTF-8', ...env }
}

/** Starts the real program in a process of its own. */
export function start(args: readonly string[], { cwd, env }: Surroundings): ChildProcess {
  return spawn(process.execPath, [bin, ...args], { cwd, env: cleanEnv(env), stdio: 'pipe' })
}

/** Runs the real program to its end. */
export async function llmflows(args: readonly string[], surroundings: Surroundings): Promise<Ended> {
  const child = start(args, surroundings)
  child.stdin?.on('error', () => {})
  child.stdin?.end(surroundings.stdin ?? '')
  return ended(child)
}

/** A command line for a shell, in which `llmflows` is the program. */
export async function shell(command: string, { cwd, env }: Surroundings): Promise<Ended> {
  const script = `llmflows() { '${process.execPath}' '${bin}' "$@"; }\n${command}`
  const child = spawn('bash', ['-c', script], { cwd, env: cleanEnv(env), stdio: 'pipe' })
  child.stdin.end()
  return ended(child)
}

export interface Terminal extends Surroundings {
  /** Default: 80. */
  readonly columns?: number
  /** What is typed when a text has been shown; of several, each after what was shown since the one before. */
  readonly typed?: Typed | readonly Typed[]
}

interface Typed {
  readonly after: string
  readonly keys: string
}

/** Runs the program on a terminal of its own; what it shows comes back as `stdout`. */
export async function onTerminal(command: string, terminal: Terminal): Promise<Ended> {
  const { cwd, env, columns = 80 } = terminal
  const waiting = [terminal.typed ?? []].flat()
  const inner = `stty cols ${columns} rows 24 -echo; llmflows() { '${process.execPath}' '${bin}' "$@"; }; ${command}`
  const child = spawn('script', ['-qec', `bash -c ${quoted(inner)}`, '/dev/null'], {
    cwd,
    env: cleanEnv({ TERM: 'xterm-256color', ...env }),
    stdio: 'pipe',
  })
  let shown = ''
  let seen = 0
  if (waiting.length === 0) child.stdin.end()
  child.stdout.on('data', (bytes: Buffer) => {
    shown += bytes.toString()
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      const place = shown.indexOf(next.after, seen)
      if (place === -1) return
      child.stdin.write(next.keys)
      seen = place + next.after.length
      waiting.shift()
    }
  })
  return ended(child)
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout?.on('data', (bytes: Buffer) => stdout.push(bytes))
  child.stderr?.on('data', (bytes: Buffer) => stderr.push(bytes))
  const status = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  return {
    status,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
}

/** A folder of its own with these files. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'llmflows-e2e-'))
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
  return folder
}

/** A flow that needs no model: two texts are asked for, every type can be given. */
export const greetFlow = `llmflows: 1
name: greet
description: Greets someone.
inputs:
  who: { description: Whom to greet }
  times: { type: integer, default: 1, minimum: 1 }
  share: { type: number, default: 0.5 }
  loud: { type: boolean, default: false }
  tags: { type: array, items: { type: string }, default: [] }
  extra: { type: object, default: {} }
  tone: { enum: [warm, cold], default: warm }
  verbose: { default: none }
llms:
  writer: { provider: scripted, model: one, answers: [{ answer: "Hello from {prompt}" }] }
steps:
  greet: { prompt: "{who} {times} {share} {loud} {tags} {extra} {tone} {verbose}", output_key: greeting }
  each: { for_each: 3, prompt: "{greeting} {index}", output_key: "line_{index}" }
outputs: [greeting, "line_*"]
`
