import type { Command } from 'commander'
import { diffRuns, runDiffText } from '../reporters/run-diff.ts'
import { readKeptResult } from '../run/kept-result.ts'
import type { RunResult } from '../run/result.ts'
import { jsonText } from '../source/json-text.ts'
import { withHome } from './home.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

interface DiffTexts {
  readonly json?: true
  readonly color?: string
}

/** `llmflows diff RUN RUN`: what came out otherwise, and what was asked otherwise. */
export function registerDiff(program: Command, io: Io): void {
  program
    .command('diff')
    .description('Holds two runs side by side: outputs, and what changed in prompts, time and price.')
    .argument('<RUN>', 'id of the earlier run')
    .argument('<OTHER>', 'id of the later one')
    .option('--json', 'as JSON')
    .option('--color <when>', 'auto, always or never')
    .action(async (before: string, after: string, { json }: DiffTexts) => {
      const diff = diffRuns(await keptResult(before, io), await keptResult(after, io))
      const text =
        json === true ? `${jsonText(diff, { compact: false })}\n` : runDiffText(diff, io.stdout.palette)
      await io.stdout.writeAll([text])
    })
}

/** The result of a run that is kept in this folder. Throws `UsageError` when there is none. */
export async function keptResult(id: string, io: Io): Promise<RunResult> {
  const result = await withHome(io, (home) => (home === undefined ? undefined : readKeptResult(home, id)))
  if (result === undefined) throw new UsageError(`there is no run "${id}" here`, '"llmflows runs" lists them')
  return result
}
