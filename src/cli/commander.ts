import { Command, CommanderError } from 'commander'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** An empty program: help goes to stdout, and mistakes come back from `parse` as `UsageError`. */
export function createProgram(io: Io): Command {
  return new Command('llmflows')
    .exitOverride()
    .enablePositionalOptions()
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false)
    .configureHelp({ helpWidth: Math.min(io.stdout.columns, 80) })
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: () => {},
      outputError: () => {},
    })
}

/** Runs the action of the command that the arguments name. */
export async function parse(command: Command, args: readonly string[]): Promise<void> {
  try {
    await command.parseAsync([...args], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode !== 0) throw usageError(error.message)
  }
}

/** commander's sentences in the words of ours: double quotes, and its guess as help. */
function usageError(message: string): UsageError {
  const [first = '', guess] = message.replace(/^error: /, '').split('\n')
  const text = first
    .replaceAll("'", '"')
    .replace(/^option "(.*)" argument missing$/, 'option "$1" needs a value')
    .replace(/^missing required argument "(.*)"$/, '$1 is missing')
    .replace(/\. Expected \d+ arguments? but got \d+\.$/, '')
    .replace(/\.$/, '')
  const help = guess?.replace(/^\(Did you mean (?:one of )?(.*)\?\)$/, 'did you mean "$1"?')
  return new UsageError(text, help)
}
