import type { CommandStep } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { MAX_SIZE } from '../template/extent.ts'
import { render } from '../template/render.ts'
import type { Template } from '../template/template.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { programHelp } from './command/find-program.ts'
import { readOutput } from './command/output.ts'
import { MAX_OUTPUT_BYTES, runProgram, type Ended } from './command/program.ts'
import { makeWithRetries, type Made } from './retrying.ts'
import { failure, unrenderable, type Outcome, type StepContext } from './step-run.ts'
import { tellStarted } from './started.ts'

interface Request {
  readonly argv: readonly string[]
  readonly stdin: Json | undefined
}

/** Runs a program. Whatever that does is an outcome. */
export async function runCommandStep(step: CommandStep, context: StepContext): Promise<Outcome> {
  const request = requestOf(step, context)
  const isMade = !(request instanceof Unrenderable)
  const { stdin, argv } = isMade ? request : { stdin: undefined, argv: [] }
  const asked = isMade ? { command: argv, ...(stdin === undefined ? {} : { stdin }) } : {}
  tellStarted(step, context, asked)
  if (!isMade) return unrenderable(request)
  const refused = refusedArgument(step.argv, argv)
  if (refused !== undefined) return refused
  const { signal, folder, world } = context
  const parts = { verb: 'command', ...asked, output: step.output, env: step.env }
  const make = async (): Promise<Made> => {
    const text = typeof stdin === 'string' || stdin === undefined ? stdin : JSON.stringify(stdin)
    const env = environment(step.env, world.env)
    const ended = await runProgram({ argv, folder, env, stdin: text, signal })
    return madeOf(ended, step, world.env['PATH'])
  }
  return makeWithRetries({ step, parts, make }, context)
}

function requestOf(step: CommandStep, { lookup }: StepContext): Request | Unrenderable {
  try {
    let room = MAX_SIZE
    const argv = step.argv.map((template) => {
      const text = render(template, lookup, room)
      room -= text.length
      return text
    })
    return { argv, stdin: step.stdin === undefined ? undefined : evaluate(step.stdin, lookup) }
  } catch (error) {
    if (error instanceof Unrenderable) return error
    throw error
  }
}

/** Arguments that the system cannot take, and those that a program would take for something else. */
function refusedArgument(templates: readonly Template[], argv: readonly string[]): Outcome | undefined {
  let areOptionsOver = false
  for (const [position, argument] of argv.entries()) {
    const what = `argument ${position} of "${argv[0] ?? ''}"`
    if (argument.includes('\0')) {
      return failure('bad-argument', `${what} has a NUL character in it, as no argument can`, {
        help: 'hand it over on stdin',
      })
    }
    const isVariable = typeof templates[position]?.segments[0] === 'object'
    if (isVariable && !areOptionsOver && /^-[^\s\d]/.test(argument)) {
      const start = argument.length > 30 ? `${argument.slice(0, 30)}…` : argument
      return failure('bad-argument', `${what} would be read as an option: ${JSON.stringify(start)}`, {
        help: 'write "--" before the variable, where the program knows that as the end of its options, or hand the text over on stdin',
      })
    }
    areOptionsOver ||= argument === '--' && !isVariable
  }
  return undefined
}

/** Nothing but PATH and what the flow names. */
function environment(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const given: Record<string, string> = {}
  for (const name of ['PATH', ...names]) {
    const value = env[name]
    if (value !== undefined) given[name] = value
  }
  return given
}

function madeOf(ended: Ended, { argv, output }: CommandStep, path: string | undefined): Made {
  const name = argv[0]?.text ?? ''
  switch (ended.kind) {
    case 'not-started':
      return notStarted(name, ended.code, path)
    case 'too-much':
      return failed('value-too-large', `"${name}" wrote more than ${MAX_OUTPUT_BYTES} bytes and was ended`)
    case 'ended': {
      const { code, signal, stdout, stderr } = ended
      if (code === 0) {
        const read = readOutput(stdout, output)
        return read.ok ? read : failed(read.code, `"${name}" ${read.problem}`, read.help)
      }
      const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with exit code ${code}`
      const said = stderr.trim()
      return failed('command-failed', `"${name}" ${how}${said === '' ? '' : `: ${said}`}`)
    }
  }
}

function notStarted(name: string, code: string, path: string | undefined): Made {
  if (code === 'ENOENT') return failed('no-program', `there is no program "${name}"`, programHelp(name, path))
  if (code === 'EACCES') {
    return failed('no-program', `"${name}" may not be run`, `make it executable: chmod +x ${name}`)
  }
  if (code === 'E2BIG') {
    return failed(
      'bad-argument',
      `the arguments of "${name}" are longer than the system allows`,
      'hand long texts over on stdin',
    )
  }
  return failed('command-failed', `"${name}" could not be started (${code})`)
}

function failed(code: string, message: string, help?: string): Made {
  return { ok: false, error: { code, message, ...(help === undefined ? {} : { help }) } }
}
