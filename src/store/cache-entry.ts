import { createHash } from 'node:crypto'
import type { Json } from '../source/json.ts'

/**
 * The content of a cache file is `{"sum":"…","key":"…","value":…}` and a newline. `sum` is the SHA-256 of what follows it, so
 * that an entry vouches for its value and for the key that it answers.
 */
export function entryText(key: string, value: string): string {
  const body = `"key":"${key}","value":${value}}`
  return `{"sum":"${sumOf(body)}",${body}\n`
}

export type ReadEntry =
  | { readonly ok: true; readonly value: Json }
  /** `problem` is the end of a sentence that names the file. */
  | { readonly ok: false; readonly problem: string }

const BODY_AT = '{"sum":"'.length + 64 + '",'.length

/** The value of an entry, if it is whole and answers that key. */
export function readEntry(key: string, bytes: Buffer): ReadEntry {
  const body = bytes.subarray(BODY_AT, -1)
  const head = bytes.subarray(0, BODY_AT).toString('latin1')
  if (head !== `{"sum":"${sumOf(body)}",` || bytes.at(-1) !== 0x0a)
    return { ok: false, problem: 'is damaged' }
  const start = `"key":"${key}","value":`
  if (!body.subarray(0, start.length).equals(Buffer.from(start)))
    return { ok: false, problem: 'answers another key' }
  // The sum vouches for the shape.
  return { ok: true, value: JSON.parse(body.subarray(start.length, -1).toString()) as Json }
}

function sumOf(body: string | Uint8Array): string {
  return createHash('sha256').update(body).digest('hex')
}
