import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { createWitness } from '../reporters/why.ts'
import type { Io } from './io.ts'
import { readResultFile } from './result-source.ts'
import { UsageError } from './usage-error.ts'

/** Steps that are named where there is no guess. */
const mostNamed = 8

/** `llmflows why STEP RESULT.json`: what made a step run, wait and end as it did, on stdout. */
export function registerWhy(program: Command, io: Io): void {
  program
    .command('why')
    .description('Explains from a result what made a step run, wait, fail, or never run.')
    .argument('<STEP>', 'a step of the flow, or an item such as critic[3]')
    .argument('<RESULT>', 'a file that "llmflows run -o" wrote, or - for stdin')
    .option('--color <when>', 'auto, always or never')
    .action(async (step: string, path: string) => {
      const { palette, columns } = io.stdout
      const witness = createWitness(await readResultFile(path, io), { palette, columns })
      const text = witness.why(step)
      if (text === undefined) throw unknownStep(step, witness.known)
      await io.stdout.writeAll([text])
    })
}

function unknownStep(step: string, known: readonly string[]): UsageError {
  const guess = closest(step, known)
  const groups = known.filter((id) => !id.endsWith(']'))
  const named = groups.slice(0, mostNamed).join(', ') + (groups.length > mostNamed ? ', …' : '')
  const help = guess === undefined ? `the steps are ${named}` : `did you mean "${guess}"?`
  return new UsageError(`the result has no step "${step}"`, known.length === 0 ? undefined : help)
}
