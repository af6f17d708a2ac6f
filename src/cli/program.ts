import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { examples } from './examples.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import { UsageError } from './usage-error.ts'

/** Adds a command to the program. */
type Register = (program: Command, io: Io) => void

/** Each command is a module of its own, and only the one that was asked for is loaded. */
const commands: ReadonlyMap<string, () => Promise<Register>> = new Map([
  ['run', async () => (await import('./run.ts')).registerRun],
  ['chat', async () => (await import('./chat.ts')).registerChat],
  ['validate', async () => (await import('./validate.ts')).registerValidate],
  ['plan', async () => (await import('./plan.ts')).registerPlan],
  ['index', async () => (await import('./index-documents.ts')).registerIndex],
  ['graph', async () => (await import('./graph.ts')).registerGraph],
  ['why', async () => (await import('./why.ts')).registerWhy],
  ['runs', async () => (await import('./runs.ts')).registerRuns],
  ['diff', async () => (await import('./diff.ts')).registerDiff],
  ['cache', async () => (await import('./cache.ts')).registerCache],
  ['explain', async () => (await import('./explain.ts')).registerExplain],
  ['init', async () => (await import('./init.ts')).registerInit],
  ['schema', async () => (await import('./schema.ts')).registerSchema],
  ['completion', async () => (await import('./completion.ts')).registerCompletion],
])

/** Runs the command that the arguments name. What is wrong with them is said on stderr, exit code 2. */
export async function runProgram(args: readonly string[], io: Io): Promise<void> {
  try {
    const [first, name] = args
    await runCommand(first === 'help' && name !== undefined ? [name, '--help'] : args, io)
  } catch (error) {
    if (!(error instanceof UsageError)) throw error
    say(io, 'error', error.message, error.help)
    io.setExitCode(2)
  }
}

async function runCommand(args: readonly string[], io: Io): Promise<void> {
  const [name = ''] = args
  if (name === '__complete') return (await import('./complete.ts')).complete(args.slice(1), commands, io)
  const load = commands.get(name)
  if (load === undefined) throw unknownCommand(name)
  const [{ createProgram, parse }, register] = await Promise.all([import('./commander.ts'), load()])
  const program = createProgram(io)
  register(program, io)
  const example = examples.get(name)
  if (example !== undefined) program.commands[0]?.addHelpText('before', `Examples:\n${example}`)
  await parse(program, args)
}

function unknownCommand(name: string): UsageError {
  if (name.startsWith('-')) {
    const guess = closest(name, ['--help', '--version'])
    return new UsageError(
      `unknown option "${name}"`,
      guess === undefined
        ? 'options come after the command; "llmflows --help" lists the commands'
        : `did you mean "${guess}"?`,
    )
  }
  const guess = closest(name, commands.keys())
  if (guess !== undefined) return new UsageError(`unknown command "${name}"`, `did you mean "${guess}"?`)
  const isFlow = /\.(?:ya?ml|json)$/.test(name)
  return new UsageError(
    `unknown command "${name}"`,
    isFlow ? `to run a flow: llmflows run ${name}` : `the commands are ${[...commands.keys()].join(', ')}`,
  )
}
