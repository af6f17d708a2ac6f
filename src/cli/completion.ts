import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { scripts } from './completion/scripts.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** `llmflows completion bash|zsh|fish`: a script on stdout that makes Tab complete commands, flows and their inputs. */
export function registerCompletion(program: Command, io: Io): void {
  program
    .command('completion')
    .description('Prints a script with which a shell completes commands, flows and their inputs.')
    .argument('<SHELL>', 'bash, zsh or fish')
    .option('--color <when>', 'auto, always or never')
    .action((shell: string) => {
      const script = Object.entries(scripts).find(([name]) => name === shell)?.[1]
      if (script === undefined) {
        const guess = closest(shell, Object.keys(scripts))
        throw new UsageError(
          `there is no completion for "${shell}"`,
          guess === undefined ? 'the shells are bash, zsh and fish' : `did you mean "${guess}"?`,
        )
      }
      io.stdout.write(script)
    })
}
