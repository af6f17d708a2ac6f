import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunResult } from '../run/result.ts'
import { resultText } from '../run/result-text.ts'
import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'
import { visible } from '../source/visible.ts'
import { reasonOf } from './failure-reason.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import type { OutputFile } from './output-file.ts'
import type { RunTexts } from './run-options.ts'
import { select, unknownPath } from './select.ts'

/**
 * Writes the result, or the part that was asked for, where it was asked for. What was paid for is never lost: a file that
 * cannot be written sends the result to stdout, and a part that is not there, or a stdout that cannot be written, leaves
 * the whole in a file. Resolves with whether what was asked for is where it was asked for; if not, it was said why.
 */
export async function deliver(
  result: RunResult,
  output: OutputFile | undefined,
  texts: RunTexts,
  io: Io,
): Promise<boolean> {
  const layout = { compact: texts.compact === true }
  if (texts.select === undefined) return write(() => resultText(result, layout), { output, result }, io)
  const selected = select(result, texts.select)
  if (!selected.found) {
    const [message, help] = unknownPath(texts.select, selected)
    const why = result.status === 'succeeded' ? undefined : `the run ${endings[result.status]}`
    sayAll(io, message, [help, why, await keepWhole(result, io)])
    return false
  }
  const { value } = selected
  const isRaw = texts.raw === true && typeof value === 'string'
  const text = isRaw ? value : jsonText(value as Json, layout)
  const isShown = isRaw && output === undefined && io.stdout.isTerminal
  return write(() => [isShown ? visible(text) : text, '\n'], { output, result }, io)
}

const endings = {
  failed: 'failed',
  partial: 'lost items',
  over_budget: 'was over budget',
  cancelled: 'was cancelled',
} as const

interface Destination {
  readonly output: OutputFile | undefined
  /** What is kept when nothing can be written. */
  readonly result: RunResult
}

async function write(
  pieces: () => Iterable<string>,
  { output, result }: Destination,
  io: Io,
): Promise<boolean> {
  if (output === undefined) return writeToStdout(pieces(), result, io)
  try {
    await output.write(pieces())
    return true
  } catch (error) {
    const message = `the output file cannot be written: ${reasonOf(error)}`
    say(io, 'error', message, 'the result is on stdout instead')
    await writeToStdout(pieces(), result, io)
    return false
  }
}

async function writeToStdout(pieces: Iterable<string>, result: RunResult, io: Io): Promise<boolean> {
  await io.stdout.writeAll(pieces)
  const failure = io.stdout.takeFailure()
  if (failure === undefined) return true
  const message = `standard output cannot be written: ${reasonOf(failure)}`
  sayAll(io, message, [await keepWhole(result, io)])
  return false
}

/** In the working folder, or where temporary files go: says where. Undefined when nothing of it was worth keeping. */
async function keepWhole(result: RunResult, io: Io): Promise<string | undefined> {
  const hasAnswer = Object.values(result.steps).some(
    ({ kind, status, generated }) => kind === 'llm' && (status === 'succeeded' || generated !== null),
  )
  if (!hasAnswer) return undefined
  const name = `llmflows-${result.run_id}.json`
  let reason = ''
  for (const [path, shown] of [
    [join(io.cwd, name), name],
    [join(tmpdir(), name), join(tmpdir(), name)],
  ] as const) {
    try {
      await writeFile(path, resultText(result, { compact: false }), { mode: 0o600, flag: 'wx' })
      return `the whole result is in ${shown}`
    } catch (error) {
      reason = reasonOf(error)
      // Half a result is none; a file that was there before is somebody's.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
        await rm(path, { force: true }).catch(() => {})
    }
  }
  return `the whole result cannot be kept either: ${reason}`
}

function sayAll(io: Io, message: string, lines: readonly (string | undefined)[]): void {
  const help = lines.filter((line) => line !== undefined).join('\n')
  say(io, 'error', message, help === '' ? undefined : help)
}
