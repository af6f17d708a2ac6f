import type { CompiledFlow } from '../graph/compile.ts'
import { everyFlow } from '../graph/every-flow.ts'
import { hideSecrets, secretsIn } from '../llms/redaction.ts'
import { openSession, type KeptSession } from '../run/kept-session.ts'
import { newRunId } from '../run/run-id.ts'
import { openHome } from '../store/home.ts'
import { StoreError } from '../store/store-error.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import type { RunTexts } from './run-options.ts'
import { unfinishedRun } from './unfinished-run.ts'
import { UsageError } from './usage-error.ts'

/** A run under the id that it has, and has had if it is resumed. */
export interface Keeping {
  /** Undefined: the run gets an id of its own. */
  readonly runId: string | undefined
  /** Undefined for a run that cannot be kept. */
  readonly session: KeptSession | undefined
}

interface RunToKeep {
  readonly compiled: CompiledFlow
  /** The flow as it was named. */
  readonly path: string
  readonly texts: RunTexts
  readonly env: Io['env']
}

/**
 * Keeps what happens in a run in the `.llmflows` folder of the working directory, or takes up an earlier one. A run that
 * cannot be kept runs all the same, with a warning; one that cannot be taken up is refused with a `UsageError`.
 */
export async function keepRun({ compiled, path, texts, env }: RunToKeep, io: Io): Promise<Keeping> {
  const { resume } = texts
  const { flow } = compiled
  if (resume === undefined && texts.journal === false) return { runId: undefined, session: undefined }
  try {
    const home = openHome(io.cwd)
    const resumed = typeof resume === 'string' ? resume : undefined
    const runId = resumed ?? (resume === true ? await unfinishedRun(home, flow.name) : newRunId())
    const session = await openSession({
      home,
      runId,
      about: { flow: flow.name, path },
      resumes: resume !== undefined,
      useCache: texts.cache !== false && texts.replay === undefined,
      // Nothing but the secrets: an answer is to come back as it was.
      redact: hideSecrets(
        secretsIn(
          env,
          everyFlow(compiled).flatMap(({ llms }) => [...llms.values()]),
        ),
      ),
      onWarning: ({ message, help }) => say(io, 'warning', message, help),
    })
    return { runId, session }
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    if (resume !== undefined) throw new UsageError(error.message, error.help)
    say(io, 'warning', `${error.message}; this run cannot be resumed`, error.help)
    return { runId: undefined, session: undefined }
  }
}

/** Nothing is written after it. What cannot be brought to the disk is a warning: the result has been delivered. */
export async function endKeeping({ session }: Keeping, io: Io): Promise<void> {
  if (session === undefined) return
  try {
    await session.close()
  } catch (error) {
    if (!(error instanceof StoreError)) throw error
    say(io, 'warning', error.message, error.help)
  }
}
