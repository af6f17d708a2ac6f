import { jsonCopy } from '../../flow/json-copy.ts'
import type { CommandStep } from '../../flow/flow.ts'
import type { Json } from '../../source/json.ts'
import { extentOf, MAX_SIZE } from '../../template/extent.ts'

export type Output =
  | { readonly ok: true; readonly value: Json }
  /** The end of a sentence about the program. */
  | { readonly ok: false; readonly code: string; readonly problem: string; readonly help?: string }

/** What a program wrote, as a value. */
export function readOutput(bytes: Uint8Array, output: CommandStep['output']): Output {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return { ok: false, code: 'not-text', problem: 'wrote something that is not UTF-8 text' }
  }
  switch (output) {
    case 'text':
      return { ok: true, value: text.replace(/\r?\n$/, '') }
    case 'lines':
      return bounded(text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/))
    case 'json':
      return readJson(text)
  }
}

function readJson(text: string): Output {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (error) {
    const reason = text.trim() === '' ? 'it is empty' : (error as Error).message
    const help = 'write "output: text", or make the program write one JSON value'
    return { ok: false, code: 'not-json', problem: `wrote something that is not JSON: ${reason}`, help }
  }
  const copy = jsonCopy(parsed)
  return copy.ok
    ? bounded(copy.value)
    : { ok: false, code: 'not-json', problem: `wrote JSON that ${copy.problem}` }
}

function bounded(value: Json): Output {
  if (extentOf(value).size <= MAX_SIZE) return { ok: true, value: Object.freeze(value) }
  return {
    ok: false,
    code: 'value-too-large',
    problem: `wrote a value that has more than ${MAX_SIZE} characters as JSON`,
  }
}
