import type { Command } from 'commander'
import { resultText } from '../run/result-text.ts'
import { jsonText } from '../source/json-text.ts'
import { listRuns, pruneRuns } from '../store/runs.ts'
import { readAge } from './age.ts'
import { keptResult } from './diff.ts'
import { withHome } from './home.ts'
import type { Io } from './io.ts'
import { runRow, runTable } from './run-table.ts'
import { UsageError } from './usage-error.ts'

interface ListTexts {
  readonly json?: true
  readonly limit: string
  readonly color?: string
}

interface PruneTexts {
  readonly olderThan?: string
  readonly keep?: string
}

/** `llmflows runs`: the runs that are kept in this folder. */
export function registerRuns(program: Command, io: Io): void {
  const runs = program
    .command('runs')
    .description('Shows and clears the runs kept in ./.llmflows/runs.')
    .helpCommand(false)
  runs
    .command('list', { isDefault: true })
    .description('Lists the runs, the latest first.')
    .option('-n, --limit <n>', 'how many', '20')
    .option('--json', 'as JSON')
    .option('--color <when>', 'auto, always or never')
    .action((texts: ListTexts) => list(texts, io))
  runs
    .command('show')
    .description('Prints the result of a run again, without what the APIs returned.')
    .argument('<RUN>', 'id of the run')
    .option('--compact', 'JSON on one line')
    .action((id: string, { compact }: { readonly compact?: true }) => show(id, compact === true, io))
  runs
    .command('prune')
    .description('Removes runs; what they paid for can then not be resumed.')
    .option('--older-than <age>', 'those nothing was written to for that long, such as 30d')
    .option('--keep <n>', 'all but the latest ones')
    .action((texts: PruneTexts) => prune(texts, io))
}

async function list({ limit, json }: ListTexts, io: Io): Promise<void> {
  const most = count('--limit', limit)
  const rows = await withHome(io, async (home) =>
    home === undefined ? [] : (await listRuns(home)).slice(0, most).map(runRow),
  )
  if (json === true) await io.stdout.writeAll([jsonText(rows, { compact: false }), '\n'])
  else if (rows.length === 0) io.stdout.write('no runs are kept here\n')
  else await io.stdout.writeAll(runTable(rows, io.stdout))
}

async function show(id: string, compact: boolean, io: Io): Promise<void> {
  await io.stdout.writeAll(resultText(await keptResult(id, io), { compact }))
}

async function prune({ olderThan, keep }: PruneTexts, io: Io): Promise<void> {
  if (olderThan === undefined && keep === undefined)
    throw new UsageError('nothing says what goes', 'write --older-than 30d or --keep 20')
  const maxAgeMs = olderThan === undefined ? undefined : readAge('--older-than', olderThan)
  const most = keep === undefined ? undefined : count('--keep', keep)
  const gone = await withHome(io, async (home) =>
    home === undefined ? [] : pruneRuns(home, { maxAgeMs, keep: most, now: Date.now() }),
  )
  io.stdout.write(
    gone.length === 0
      ? 'nothing to remove\n'
      : `removed ${gone.length} ${gone.length === 1 ? 'run' : 'runs'}\n`,
  )
}

function count(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new UsageError(`option "${option}" must be a whole number, not "${text}"`)
}
