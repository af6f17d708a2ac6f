import type { Command } from 'commander'
import { closest } from '../diagnostics/closest.ts'
import { causeText } from '../reporters/cause.ts'
import { createWitness } from '../reporters/why.ts'
import type { RunResult } from '../run/result.ts'
import { listRuns } from '../store/runs.ts'
import { keptResult } from './diff.ts'
import { withHome } from './home.ts'
import type { Io } from './io.ts'
import { readResultFile } from './result-source.ts'
import { runRow } from './run-table.ts'
import { UsageError } from './usage-error.ts'

/** Steps that are named where there is no guess. */
const mostNamed = 8

interface WhyTexts {
  readonly run?: string
  readonly against?: string
  readonly color?: string
}

/** `llmflows why STEP [RESULT.json]`: what made a step run, wait and end as it did, on stdout. */
export function registerWhy(program: Command, io: Io): void {
  program
    .command('why')
    .description('Explains what made a step run, wait, fail, or never run, and what it was asked anew for.')
    .argument('<STEP>', 'a step of the flow, or an item such as critic[3]')
    .argument(
      '[RESULT]',
      'a file that "llmflows run -o" wrote, or - for stdin; without it, the latest run here',
    )
    .option('--run <id>', 'a run that is kept here')
    .option('--against <id>', 'the run to compare what was asked with; the one before')
    .option('--color <when>', 'auto, always or never')
    .action(async (step: string, path: string | undefined, { run, against }: WhyTexts) => {
      if (path !== undefined && (run ?? against) !== undefined)
        throw new UsageError('a result file and a kept run are two runs', 'name one of them')
      const kept = path === undefined ? await keptResult(run ?? (await latestRun(io)), io) : undefined
      const { palette, columns } = io.stdout
      const account = kept ?? (await readResultFile(path ?? '-', io))
      const witness = createWitness(account, { palette, columns })
      const text = witness.why(step)
      if (text === undefined) throw unknownStep(step, witness.known)
      await io.stdout.writeAll([text])
      if (kept === undefined) return
      const earlier = against ?? (await runBefore(kept, io))
      const before = earlier === undefined ? undefined : await keptResult(earlier, io)
      await io.stdout.writeAll([causeText(step, { run: kept, before }, palette)])
    })
}

async function latestRun(io: Io): Promise<string> {
  const [latest] = await withHome(io, async (home) => (home === undefined ? [] : listRuns(home)))
  if (latest !== undefined) return latest.runId
  throw new UsageError('no runs are kept here', 'llmflows why STEP RESULT explains a result file')
}

/** The run of the same flow that came before; undefined for the first one. */
async function runBefore({ run_id, flow }: RunResult, io: Io): Promise<string | undefined> {
  const runs = await withHome(io, async (home) => (home === undefined ? [] : listRuns(home)))
  const earlier = runs.slice(runs.findIndex(({ runId }) => runId === run_id) + 1)
  return earlier.find((run) => runRow(run).flow === flow)?.runId
}

function unknownStep(step: string, known: readonly string[]): UsageError {
  const guess = closest(step, known)
  const groups = known.filter((id) => !id.endsWith(']'))
  const named = groups.slice(0, mostNamed).join(', ') + (groups.length > mostNamed ? ', …' : '')
  const help = guess === undefined ? `the steps are ${named}` : `did you mean "${guess}"?`
  return new UsageError(`the result has no step "${step}"`, known.length === 0 ? undefined : help)
}
