import { Command, CommanderError, Help } from 'commander'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** An empty program: help goes to stdout, and mistakes come back from `parse` as `UsageError`. */
export function createProgram(io: Io): Command {
  return new Command('llmflows')
    .exitOverride()
    .enablePositionalOptions()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ ...helpShape, helpWidth: Math.min(io.stdout.columns, 80) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      outputError: () => {},
    })
}

/** One shape for all help: what stands for something else is in capitals, `FLOW` and not `<flow>`. */
export const helpShape: Partial<Help> = {
  commandUsage(command) {
    const usage = withCapitals(Help.prototype.commandUsage.call(this, command))
    return usage.replace(/ \[options\](.+)$/, '$1 [options]')
  },
  subcommandTerm: (command) =>
    [command.name(), ...command.registeredArguments.map((one) => one.name())].join(' '),
  argumentTerm: (argument) => argument.name().toUpperCase(),
  optionTerm: (option) => withCapitals(option.flags),
}

function withCapitals(text: string): string {
  return text.replaceAll(
    /<(.*?)(\.\.\.)?>|\[(flow|name|run|RESULT)\]/g,
    (_all, name: string | undefined, more, optional) =>
      name === undefined
        ? `[${String(optional).toUpperCase()}]`
        : name.toUpperCase() + (more === undefined ? '' : '…'),
  )
}

/** Runs the action of the command that the arguments name. `hint` is the help where commander has no guess. */
export async function parse(command: Command, args: readonly string[], hint?: string): Promise<void> {
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) return
    const asked = command.commands.find((one) => one.name() === args[0]) ?? command
    const usage = `llmflows ${helpShape.commandUsage?.call(asked.createHelp(), asked).replace(/^llmflows /, '') ?? ''}`
    if (error.code === 'commander.missingArgument' && asked.registeredArguments[0]?.name() === 'FLOW') {
      const { noFlow } = await import('./no-flow.ts')
      throw await noFlow(asked.name(), usage)
    }
    const isUnclear = error.code === 'commander.excessArguments' || error.code === 'commander.missingArgument'
    throw usageError(error.message, isUnclear ? usage : hint)
  }
}

/** Reads the options that a command knows and passes over all others. */
export function readKnownOptions(command: Command, args: readonly string[]): void {
  try {
    command
      .exitOverride()
      .configureOutput({ outputError: () => {} })
      .parseOptions([...args])
  } catch (error) {
    throw error instanceof CommanderError ? usageError(error.message) : error
  }
}

/**
 * commander takes whatever follows an option as its value. A value that looks like an option is more likely a value that
 * was forgotten; one that is meant is written with an equals sign.
 */
export function refuseDashValues(command: Command, args: readonly string[]): void {
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? ''
    if (arg === '--') return
    const option = command.options.find(({ long, short }) => long === arg || short === arg)
    if (option?.required !== true) continue
    const value = args[++index]
    if (value === undefined || !/^-./.test(value) || /^-\d*\.?\d+$/.test(value)) continue
    throw new UsageError(
      `option "${arg}" needs a value, and "${value}" looks like an option`,
      `if it is the value, write ${option.long ?? arg}=${value}`,
    )
  }
}

/** commander's sentences in the words of ours: double quotes, and its guess as help. */
function usageError(message: string, hint?: string): UsageError {
  const [first = '', guess] = message.replace(/^error: /, '').split('\n')
  const text = first
    .replaceAll("'", '"')
    .replace(/^option ".*?(--[^ ]+).*" argument missing$/, 'option "$1" needs a value')
    .replace(/^missing required argument "(.*)"$/, '$1 is missing')
    .replace(/\. Expected \d+ arguments? but got \d+\.$/, '')
    .replace(/\.$/, '')
  const help = (guess ?? (text.startsWith('option ') ? undefined : hint))?.replace(
    /^\(Did you mean (?:one of )?(.*)\?\)$/,
    'did you mean "$1"?',
  )
  return new UsageError(text, help)
}
