import type { OutputSchema } from '../flow/flow.ts'
import { jsonCopy } from '../flow/json-copy.ts'
import type { JsonSchema } from '../flow/json-schema.ts'
import { valueProblems } from '../flow/value-check.ts'
import type { LlmRequest, Message } from '../llms/llm.ts'
import type { Json } from '../source/json.ts'
import { repeatedKey } from '../source/repeated-key.ts'
import { failure, type Outcome } from './step-run.ts'

/** What is said of an answer that does not fit: enough to mend it, not all that is wrong with a very wrong one. */
const MOST_PROBLEMS = 8

export const SCHEMA_MISMATCH = 'schema-mismatch'

export type ReadJson =
  | { readonly ok: true; readonly value: Json }
  /** Each the end of a sentence: "at lines[0] must be text, not 5". */
  | { readonly ok: false; readonly problems: readonly string[] }

/** The value of an answer that is to be JSON: frozen, as exact as it was written, and of the form that the schema asks for. */
export function readJson(text: string, schema: JsonSchema): ReadJson {
  let parsed: unknown
  const json = withoutFence(text)
  try {
    parsed = JSON.parse(json)
  } catch (error) {
    return refused(`is not JSON (${error instanceof Error ? error.message : String(error)})`)
  }
  // Of two values under one key the parser keeps the last, and what was meant nobody knows.
  const repeated = repeatedKey(json)
  if (repeated !== undefined) return refused(`has the key "${repeated.key}" twice in one object`)
  const copy = jsonCopy(parsed)
  if (!copy.ok) return refused(copy.problem)
  const problems = valueProblems(copy.value, schema, MOST_PROBLEMS)
  return problems.length === 0 ? copy : { ok: false, problems }
}

function refused(problem: string): ReadJson {
  return { ok: false, problems: [problem] }
}

/** Models like to put JSON into a block of Markdown. What stands around such a block is no answer. */
function withoutFence(text: string): string {
  const [, inner] = /^```(?:json)?[ \t]*\r?\n([^]*?)\r?\n?```$/i.exec(text.trim()) ?? []
  return inner ?? text
}

/** An answer that is to be JSON, as an outcome. */
export function structuredOutcome(text: string, { schema }: OutputSchema): Outcome {
  const read = readJson(text, schema)
  if (read.ok) return { ok: true, value: read.value, generated: text, note: null }
  return failure(SCHEMA_MISMATCH, `the answer does not fit "output_schema": ${read.problems.join('; ')}`, {
    help: 'say in the prompt what the keys mean, raise "max_retries", or use a model that keeps to a schema',
    generated: text,
  })
}

/** The request with what the answer has to be: said to the API, or at the end of the prompt. */
export function askingForJson(request: LlmRequest, name: string, output: OutputSchema): LlmRequest {
  const { schema, place, isStrict } = output
  if (place === 'request')
    return { ...request, responseFormat: { name: name.slice(0, 64), schema, isStrict } }
  const wish = `Answer with JSON that fits this JSON Schema, and with nothing else:\n${JSON.stringify(schema)}`
  const last = request.messages.length - 1
  const messages = request.messages.map((message, place): Message =>
    place === last ? { ...message, content: `${message.content}\n\n${wish}` } : message,
  )
  return { ...request, messages }
}

/** What is said to a model whose answer does not fit: the answer, and what is wrong with it. */
export function repairTurns(text: string, message: string): readonly Message[] {
  const wish = `${message.charAt(0).toUpperCase()}${message.slice(1)}.\nAnswer again, with nothing but JSON that fits.`
  return [
    { role: 'assistant', content: text },
    { role: 'user', content: wish },
  ]
}
