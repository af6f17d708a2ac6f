import type { Json } from '../source/json.ts'
import { canonicalJson, contentKey } from './canonical-json.ts'
import { readableJson, readableValue } from './readable-json.ts'
import { StoreError } from './store-error.ts'

/** A call of a model, as a step makes it. */
export interface RecordedCall {
  /** Name of the flow. */
  readonly flow: string
  /** The step that calls, with its item and those around it: `critic[3]`, `agent/2/think`. */
  readonly step: string
  /** All that the answer depends on, and nothing that differs between equal calls. */
  readonly request: Json
}

/** One file of recordings: a request and what was answered to it. */
export interface Recording extends RecordedCall {
  /** The step of the flow, without items and rounds: `critic`, `agent/think`. */
  readonly step: string
  /** In the order of the steps. Several only when equal requests had different answers. */
  readonly answers: readonly RecordedAnswer[]
}

export interface RecordedAnswer {
  /** Who asked. Any step may use an answer that is the only one. */
  readonly step: string
  readonly answer: Json
}

const FORMAT = 1
const naturally = new Intl.Collator('en', { numeric: true })

/** The step of the flow that a call belongs to: where it stands in a list or a loop is no part of its name. */
export function stepOf(call: string): string {
  return call.replaceAll(/\[\d+\]/g, '').replaceAll(/\/\d+(?=\/|$)/g, '')
}

/** Where a recording is kept, below the folder of all of them. Equal calls of one step share a file. */
export function pathOfRecording({
  flow,
  step,
  request,
}: RecordedCall): readonly [folder: string, file: string] {
  const hash = contentKey([flow, stepOf(step), request]).slice(0, 10)
  return [slug(flow), `${slug(stepOf(step))}-${hash}.json`]
}

/** The content of its file: the same for the same recording, in whatever order its calls have ended. */
export function recordingText({ flow, step, request, answers }: Recording): string {
  const sorted = answers.toSorted((a, b) => naturally.compare(a.step, b.step))
  const [first] = sorted
  const isOne = new Set(sorted.map(({ answer }) => canonicalJson(answer))).size === 1
  const told = isOne ? { answer: first?.answer ?? null } : { answers: sorted.map(memberOf) }
  return readableJson({ llmflows_recording: FORMAT, flow, step, request, ...told })
}

/** Reads the content of a file. Throws a `StoreError` when it is none that this llmflows wrote. */
export function parseRecording(text: string, path: string): Recording {
  const file = objectOf(text)
  const format = file?.['llmflows_recording']
  if (typeof format === 'number' && format !== FORMAT) {
    throw new StoreError(
      'newer-format',
      `recording "${path}" has format ${format}, which is not known here`,
      {
        path,
        help: `this llmflows reads format ${FORMAT}; a later one has written it`,
      },
    )
  }
  const { flow, step, request, answer, answers } = file ?? {}
  const all = answer === undefined ? answersOf(answers) : [{ step: '', answer }]
  if (
    typeof format === 'number' &&
    typeof flow === 'string' &&
    typeof step === 'string' &&
    request !== undefined &&
    all !== undefined
  )
    return { flow, step, request, answers: all }
  throw new StoreError('damaged', `"${path}" is no recording`, {
    path,
    help: 'record it anew, or take it out of the folder',
  })
}

function memberOf({ step, answer }: RecordedAnswer): Json {
  return { step, answer }
}

function answersOf(value: Json | undefined): readonly RecordedAnswer[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined
  const answers: RecordedAnswer[] = []
  for (const item of value as readonly Json[]) {
    const { step, answer } = asObject(item) ?? {}
    if (typeof step !== 'string' || answer === undefined) return undefined
    answers.push({ step, answer })
  }
  return answers
}

function objectOf(text: string): Readonly<Record<string, Json>> | undefined {
  try {
    return asObject(readableValue(text))
  } catch {
    return undefined
  }
}

function asObject(value: Json): Readonly<Record<string, Json>> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as Readonly<Record<string, Json>>
}

/** As a name of a file that every system takes. */
function slug(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return plain.slice(0, 60) || 'unnamed'
}
