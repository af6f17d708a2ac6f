import type { CompiledFlow } from '../graph/compile.ts'
import type { Reporter } from '../reporters/reporter.ts'
import { InternalError } from '../run/internal-error.ts'
import { RunRefused } from '../run/refusal.ts'
import type { RunResult } from '../run/result.ts'
import { runFlow, type RunOptions } from '../run/run-flow.ts'
import type { Json } from '../source/json.ts'
import { visible, visibleLine } from '../source/visible.ts'
import { interruptedText, tellAftermath } from './aftermath.ts'
import { announcements, callsEmbedded, embeddedNote } from './announcement.ts'
import { deliver } from './deliver.ts'
import { openEventsFile } from './events-file.ts'
import type { Io } from './io.ts'
import type { Keeping } from './kept-run.ts'
import { say } from './message.ts'
import type { OutputFile } from './output-file.ts'
import { refuseOverwriting } from './overwriting.ts'
import { openRecordings } from './recordings.ts'
import { explainRefusal } from './refused-run.ts'
import type { RunTexts } from './run-options.ts'
import type { Limits } from './run-settings.ts'
import { catchSignals, type Interruption } from './signals.ts'

export interface RunOrder {
  readonly compiled: CompiledFlow
  /** The flow as it was named. */
  readonly path: string
  readonly inputs: ReadonlyMap<string, Json>
  /** Every file that was read for it. */
  readonly files: readonly string[]
  readonly texts: RunTexts
  readonly limits: Limits
  readonly env: Io['env']
  readonly keeping: Keeping
}

/** Runs a flow in front of a person: tells what happens, can be interrupted, delivers the result. */
export async function performRun(order: RunOrder, io: Io): Promise<void> {
  const texts = withoutDash(order.texts)
  await refuseOverwriting(texts, order.files)
  const output = await outputFile(texts)
  const events =
    texts.events === undefined ? undefined : openEventsFile(texts.events, (text) => io.redact(text))
  const told = await openReporters(order, io)
  const reporters = events === undefined ? told : [events, ...told]
  const recordings = await openRecordings(texts, io)
  const interruption = catchSignals(() => {
    if (texts.quiet !== true) io.stderr.write('stopping; interrupt again to exit at once\n')
  })
  try {
    const result = await run({ ...order, recordings }, reporters, interruption, io)
    if (result === undefined) {
      io.setExitCode(interruption.exitCode ?? 2)
      return
    }
    const isTold = texts.quiet === true || texts.verbose === true
    if (!isTold) tellAftermath(result, texts, io)
    const isDelivered = await deliver(result, output, texts, io)
    if (!isTold && isDelivered && interruption.exitCode !== undefined)
      io.stderr.write(`${visibleLine(interruptedText(result, texts))}\n`)
    const isWhole = isDelivered && events?.isBroken !== true
    io.setExitCode(interruption.exitCode ?? (isWhole ? exitCodes[result.status] : 1))
  } catch (error) {
    // What was paid for is delivered even then.
    if (error instanceof InternalError) await deliver(error.result, output, texts, io)
    throw error
  } finally {
    interruption.release()
  }
}

const exitCodes = { succeeded: 0, failed: 1, cancelled: 1, over_budget: 3, partial: 4 } as const

/** `-o -` asks for what happens without it. */
function withoutDash(texts: RunTexts): RunTexts {
  const { output, ...others } = texts
  return output === undefined || output === '-' ? others : texts
}

async function outputFile({ output }: RunTexts): Promise<OutputFile | undefined> {
  if (output === undefined) return undefined
  const { prepareOutputFile } = await import('./output-file.ts')
  return prepareOutputFile(output)
}

async function openReporters({ compiled, texts, env }: RunOrder, io: Io): Promise<readonly Reporter[]> {
  const { stderr } = io
  const reporters: Reporter[] = []
  if (texts.quiet === true) return reporters
  const isVerbose = texts.verbose === true
  const { replay, allowHost: allowHosts = [], allowEnv = [] } = texts
  const lines = replay === undefined ? announcements(compiled, { env, allowHosts, allowEnv }) : []
  // The verbose reporter says this one itself.
  if (!isVerbose && replay === undefined && callsEmbedded(compiled)) lines.push(embeddedNote)
  reporters.push({
    onEvent(event) {
      if (event.type === 'run-started') for (const line of lines) say(io, 'note', line)
    },
  })
  if (isVerbose) {
    const { createVerbose } = await import('../reporters/verbose.ts')
    const { palette, columns } = stderr
    const { flow } = compiled
    reporters.push(createVerbose({ write: (text) => stderr.write(text), palette, columns, flow }))
  } else if (io.animated !== undefined) {
    const { createSpinner } = await import('../reporters/spinner.ts')
    reporters.push(createSpinner({ stream: io.animated, palette: stderr.palette }))
  }
  return reporters
}

interface RecordedOrder extends RunOrder {
  readonly recordings: RunOptions['recordings']
}

/** Undefined, and said why, when the run cannot start. */
async function run(
  { compiled, path, inputs, texts, limits, env, keeping, recordings }: RecordedOrder,
  reporters: readonly Reporter[],
  interruption: Interruption,
  io: Io,
): Promise<RunResult | undefined> {
  try {
    return await runFlow(compiled, {
      ...limits,
      allowUnpriced: texts.allowUnpriced === true,
      inputs,
      env,
      signal: interruption.signal,
      failFast: texts.failFast === true,
      noCode: texts.code === false,
      // stdout is the result's alone; what people see of it moves no cursor.
      onOutput: (text) => {
        if (texts.quiet !== true) io.stderr.write(visible(text))
      },
      allowHosts: texts.allowHost ?? [],
      allowEnv: texts.allowEnv ?? [],
      keepRaw: texts.raw !== false,
      ...(keeping.runId === undefined ? {} : { runId: keeping.runId }),
      ...(keeping.session === undefined
        ? {}
        : { memory: keeping.session.memory, sharedLimits: keeping.session.sharedLimits }),
      ...(recordings === undefined ? {} : { recordings }),
      reporters,
      onReporterError: (error) => say(io, 'warning', error instanceof Error ? error.message : String(error)),
    })
  } catch (error) {
    if (!(error instanceof RunRefused)) throw error
    for (const problem of error.problems) {
      const { message, help } = explainRefusal(problem, compiled.flow, path)
      say(io, 'error', message, help)
    }
    return undefined
  } finally {
    for (const reporter of reporters) reporter.end?.()
  }
}
