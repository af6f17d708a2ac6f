import { stat } from 'node:fs/promises'
import { readBounded } from '../document/bounded-file.ts'
import type { Input } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import type { Io } from './io.ts'
import { repeatedKey } from '../source/repeated-key.ts'
import { UsageError } from './usage-error.ts'

const MAX_FILE_BYTES = 64 * 1024 * 1024

/**
 * The text that is meant by a value on the command line: `-` is standard input, `@file` what is in a file, `@@…` a text
 * that starts with `@`. Of a file or of standard input the last line break is left out, as shells do.
 */
export async function textOf(written: string, input: string, io: Io): Promise<string> {
  if (written === '-') return decode(await io.stdinBytes(), `standard input for input "${input}"`)
  if (written.startsWith('@@')) return written.slice(1)
  if (!written.startsWith('@')) return written
  const path = written.slice(1)
  const help = `to give the text itself, write @${written}`
  return decode(await readBytes(path, `the file "${path}" for input "${input}"`, help), `the file "${path}"`)
}

/** The bytes of a file that an option names. `what` begins the message when it cannot be read. */
export async function readBytes(path: string, what: string, help?: string): Promise<Uint8Array> {
  try {
    if ((await stat(path)).isDirectory()) throw new UsageError(`${what} is a folder`, help)
    const bytes = await readBounded(path, MAX_FILE_BYTES)
    if (bytes === undefined) throw new UsageError(`${what} has more than ${MAX_FILE_BYTES} bytes`)
    return bytes
  } catch (error) {
    if (error instanceof UsageError) throw error
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reasons = new Map([
      ['ENOENT', 'does not exist'],
      ['EACCES', 'may not be read'],
    ])
    throw new UsageError(`${what} ${reasons.get(code) ?? `cannot be read (${code})`}`, help)
  }
}

/** UTF-8 without byte order mark and last line break. */
export function decode(bytes: Uint8Array, what: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replace(/\r?\n$/, '')
  } catch {
    throw new UsageError(`${what} is not UTF-8 text`)
  }
}

/**
 * Values of an input from their texts, by the type that the flow gives it. A text that is not of that type stays text:
 * the flow's own check then says what is wrong with it.
 */
export function valueOf(texts: readonly string[], input: Input): Json {
  const [first = ''] = texts
  if (input.type === 'array') {
    if (texts.length === 1 && first.trimStart().startsWith('[')) return parseJson(first, input)
    const { items } = input.schema
    const type = typeof items === 'object' && items !== null && 'type' in items ? items.type : 'string'
    return texts.map((text) => scalar(text, String(type), input))
  }
  if (texts.length > 1)
    throw new UsageError(
      `input "${input.name}" is given ${texts.length === 2 ? 'twice' : `${texts.length} times`}`,
    )
  return scalar(first, input.type, input)
}

function scalar(text: string, type: string, input: Input): Json {
  switch (type) {
    case 'number':
    case 'integer':
      return /^\s*-?\d+(\.\d+)?([eE][+-]?\d+)?\s*$/.test(text) && Number.isFinite(Number(text))
        ? Number(text)
        : text
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text
    case 'object':
    case 'array':
      return parseJson(text, input)
    default:
      return text
  }
}

function parseJson(text: string, input: Input): Json {
  let value: Json
  try {
    value = JSON.parse(text) as Json
  } catch {
    const example = input.type === 'array' ? '["a", "b"]' : '{"key": "value"}'
    throw new UsageError(
      `input "${input.name}" is no valid JSON`,
      `write it like '${example}', or read it from a file with @file`,
    )
  }
  refuseRepeatedKeys(text, `input "${input.name}"`)
  return value
}

/** Throws `UsageError` for valid JSON of which a value would be lost, since its key comes again. */
export function refuseRepeatedKeys(json: string, what: string): void {
  const repeated = repeatedKey(json)
  if (repeated === undefined) return
  const { key, line } = repeated
  const name = key.length > 60 ? `${key.slice(0, 60)}…` : key
  throw new UsageError(
    `${what} has the key "${name}" twice in one object, again in line ${line}`,
    'remove one of them',
  )
}
