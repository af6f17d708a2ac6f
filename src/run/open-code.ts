import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Flow, ModuleFunction } from '../flow/flow.ts'
import type { World } from '../llms/world.ts'
import type { Functions } from '../steps/functions/functions.ts'
import type { FunctionAnswer } from '../steps/functions/protocol.ts'
import { RunRefused, type RunProblem } from './refusal.ts'

export interface CodeOptions {
  readonly world: World
  /** Refuse to run anything that is no model: functions, programs, hooks. */
  readonly noCode: boolean
  /** Gets what functions write to their stdout and stderr. */
  readonly onOutput: ((text: string) => void) | undefined
  /** Told of what goes wrong in functions and concerns no step. */
  readonly onReporterError: (error: unknown) => void
  /** Stops modules that are being imported. */
  readonly signal?: AbortSignal | undefined
  /** Of the whole run; a module takes no longer than that either. */
  readonly timeoutMs?: number | undefined
}

/** How long the import of a module may take, with all that it imports: what runs at its top may run for ever. */
const MOST_LOAD_MS = 60_000

/** A piece of code that a flow runs, named for people. */
interface Piece {
  readonly user: string
  readonly what: string
  readonly function?: ModuleFunction
  readonly program?: string
}

/**
 * The functions of a flow and of those inside it, imported and ready; undefined where there are none. Throws `RunRefused`
 * for what cannot be loaded, for programs that are not there, and for all code when none may run.
 */
export async function openFunctions(
  flows: readonly Flow[],
  options: CodeOptions,
): Promise<Functions | undefined> {
  const { world, noCode, onOutput, onReporterError } = options
  const pieces = flows.flatMap((flow, index) => piecesOf(flow, index === 0))
  const [outer] = flows
  if (pieces.length === 0 || outer === undefined) return undefined
  if (noCode) {
    throw new RunRefused(
      pieces.map(({ user, what }) => ({
        code: 'no-code',
        message: `${user} runs ${what}, and no code may run`,
        help: 'run it without --no-code if you trust the flow',
      })),
    )
  }
  const problems: RunProblem[] = []
  const programs = pieces.filter(({ program }) => program !== undefined)
  if (programs.length > 0) {
    const { hasProgram, programHelp } = await import('../steps/command/find-program.ts')
    for (const { user, program = '' } of programs) {
      if (hasProgram(program, world.env['PATH'])) continue
      const message = `${user} runs "${program}", and there is no such program`
      problems.push({ code: 'no-program', message, help: programHelp(program, world.env['PATH']) })
    }
  }
  const functions = pieces.filter((piece) => piece.function !== undefined)
  if (functions.length === 0) {
    if (problems.length > 0) throw new RunRefused(problems)
    return undefined
  }
  const { Functions } = await import('../steps/functions/functions.ts')
  const opened = new Functions({
    env: world.env,
    root: folderOf(outer),
    ...(onOutput === undefined ? {} : { onOutput }),
    onStray: (message) => onReporterError(new Error(`a function threw ${message}`)),
  })
  for (const piece of functions) {
    const problem = await loadProblem(piece, opened, options)
    if (problem !== undefined) problems.push(problem)
    if (options.signal?.aborted === true) break
  }
  if (problems.length === 0) return opened
  await opened.close()
  throw new RunRefused(problems)
}

/** The folder of a flow: its programs run there. */
export function folderOf({ source }: Flow): string {
  try {
    return realpathSync(dirname(source.path))
  } catch {
    // It was there when the flow was read; whatever needs it now says what it lacks.
    return dirname(source.path)
  }
}

async function loadProblem(
  piece: Piece,
  functions: Functions,
  options: CodeOptions,
): Promise<RunProblem | undefined> {
  if (piece.function === undefined) return undefined
  const answer = await loaded(piece.function, functions, options)
  if (answer.ok) return undefined
  const { code, message } = answer.error
  const { text, span } = piece.function
  const { line, column } = span.file.position(span.start)
  const help = `it is called at ${span.file.path}:${line}:${column}`
  return { code, message: `${piece.user} calls "${text}": ${message}`, help }
}

async function loaded(
  module: ModuleFunction,
  functions: Functions,
  { signal, timeoutMs = MOST_LOAD_MS }: CodeOptions,
): Promise<FunctionAnswer> {
  const limitMs = Math.min(timeoutMs, MOST_LOAD_MS)
  const limit = AbortSignal.timeout(limitMs)
  const stop = signal === undefined ? limit : AbortSignal.any([signal, limit])
  try {
    return await functions.load(module, stop)
  } catch (error) {
    if (!stop.aborted) throw error
    const message =
      signal?.aborted === true
        ? 'it was stopped while it was loaded'
        : `it cannot be loaded: it takes longer than ${limitMs / 1000} s`
    return { ok: false, error: { code: signal?.aborted === true ? 'interrupted' : 'bad-module', message } }
  }
}

/** All code that a flow may run; the hooks of a flow inside another one are never called. */
function piecesOf({ steps, hooks }: Flow, isOuter: boolean): readonly Piece[] {
  const pieces: Piece[] = []
  for (const step of steps) {
    const user = `step "${step.id}"`
    if (step.kind === 'function') pieces.push({ user, what: 'a function', function: step.function })
    if (step.kind === 'llm') {
      for (const { name, action } of step.tools)
        if (action.kind === 'function')
          pieces.push({ user: `tool "${name}"`, what: 'a function', function: action.function })
    }
    if (step.kind === 'command') pieces.push({ user, what: 'a program', program: step.argv[0]?.text ?? '' })
  }
  if (isOuter)
    for (const hook of hooks) pieces.push({ user: 'a hook', what: 'a function', function: hook.function })
  return pieces
}
