import { createHash } from 'node:crypto'
import type { Json } from '../source/json.ts'

/**
 * A line of a journal is `{"sum":"…","n":12,"synced":11,"record":…}`: one JSON object that can be judged by itself.
 *
 * `sum` is the start of a SHA-256 over the run's id and all that follows in the line, so that a line of another run is as
 * wrong as a damaged one. `n` counts the lines from 1: one that is missing, doubled or out of place shows. `synced` is the
 * last line that was known to be on the disk when this one was written. It tells what a crash may have done from what it
 * cannot: a line that is not whole is the end of a journal if nobody after it says that it was once safe, and damage if
 * somebody does.
 */
export interface JournalLine {
  readonly n: number
  readonly synced: number
  readonly record: Json
}

/** Characters of a SHA-256 in hexadecimal: 64 bits of it. */
const SUM_LENGTH = 16
const START = '{"sum":"'
/** Where that begins which the sum is over: after the sum, its quote and a comma. */
const BODY_AT = START.length + SUM_LENGTH + 2

/** What begins every line, and nothing inside a string of JSON. */
export const lineStart: Buffer = Buffer.from(START)

/** A line with its newline. `record` is JSON on one line. */
export function encodeLine(
  runId: string,
  line: { readonly n: number; readonly synced: number; readonly record: string },
): Buffer {
  const body = `"n":${line.n},"synced":${line.synced},"record":${line.record}}`
  return Buffer.from(`${START}${sumOf(runId, body)}",${body}\n`)
}

/** A line without its newline; undefined when it is not as it was written. */
export function decodeLine(runId: string, bytes: Buffer): JournalLine | undefined {
  const head = bytes.subarray(0, BODY_AT).toString('latin1')
  const body = bytes.subarray(BODY_AT)
  if (head !== `${START}${sumOf(runId, body)}",`) return undefined
  // The sum vouches for the shape.
  return JSON.parse(`{${body.toString()}`) as JournalLine
}

function sumOf(runId: string, body: string | Uint8Array): string {
  return createHash('sha256').update(`${runId}\n`).update(body).digest('hex').slice(0, SUM_LENGTH)
}
