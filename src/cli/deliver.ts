import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunResult } from '../run/result.ts'
import { resultText } from '../run/result-text.ts'
import type { Json } from '../source/json.ts'
import { jsonText } from '../source/json-text.ts'
import { visible } from '../source/visible.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import { reasonOf, type OutputFile } from './output-file.ts'
import type { RunTexts } from './run-options.ts'
import { select, unknownPath } from './select.ts'

/**
 * Writes the result, or the part that was asked for, where it was asked for. What was paid for is never lost: a file that
 * cannot be written sends the result to stdout, and a part that is not there leaves the whole in a file.
 * Resolves with an exit code: 0, or what went wrong.
 */
export async function deliver(
  result: RunResult,
  output: OutputFile | undefined,
  texts: RunTexts,
  io: Io,
): Promise<0 | 1 | 2> {
  const layout = { compact: texts.compact === true }
  if (texts.select === undefined) return write(() => resultText(result, layout), output, io)
  const selected = select(result, texts.select)
  if (!selected.found) {
    const [message, help] = unknownPath(texts.select, selected)
    const path = await keepWhole(result, io)
    const kept = `the whole result is in ${path}`
    say(io, 'error', message, help === undefined ? kept : `${help}\n${kept}`)
    return 2
  }
  const { value } = selected
  const isRaw = texts.raw === true && typeof value === 'string'
  const text = isRaw ? value : jsonText(value as Json, layout)
  const isShown = isRaw && output === undefined && io.stdout.isTerminal
  return write(() => [isShown ? visible(text) : text, '\n'], output, io)
}

async function write(pieces: () => Iterable<string>, output: OutputFile | undefined, io: Io): Promise<0 | 1> {
  if (output === undefined) {
    await io.stdout.writeAll(pieces())
    return 0
  }
  try {
    await output.write(pieces())
    return 0
  } catch (error) {
    say(
      io,
      'error',
      `the output file cannot be written: ${reasonOf(error)}`,
      'the result is on stdout instead',
    )
    await io.stdout.writeAll(pieces())
    return 1
  }
}

/** In the working folder, or where temporary files go. */
async function keepWhole(result: RunResult, io: Io): Promise<string> {
  const name = `llmflows-${result.run_id}.json`
  const text = resultText(result, { compact: false })
  const path = join(io.cwd, name)
  try {
    await writeFile(path, text, { mode: 0o600, flag: 'wx' })
    return name
  } catch {
    const { tmpdir } = await import('node:os')
    const elsewhere = join(tmpdir(), name)
    await writeFile(elsewhere, resultText(result, { compact: false }), { mode: 0o600, flag: 'wx' })
    return elsewhere
  }
}
