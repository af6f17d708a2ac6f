import { closest } from '../diagnostics/closest.ts'
import type { Flow, Step } from '../flow/flow.ts'
import { VariableTypes } from '../flow/typed-values.ts'
import type { ValueType } from '../flow/value-type.ts'
import type { RunResult } from '../run/result.ts'
import { elided } from '../source/visible.ts'
import { UsageError } from './usage-error.ts'

type StepResult = RunResult['steps'][string]

const resultKeys: readonly (keyof RunResult)[] = [
  'outputs',
  'steps',
  'usage',
  'inputs',
  'status',
  'reason',
  'flow',
  'run_id',
  'start_time',
  'end_time',
  'execution_time',
  'critical_path',
  'llmflows',
]

const stepKeys: readonly (keyof StepResult)[] = [
  'generated',
  'result',
  'prompt',
  'prompt_inputs',
  'prompt_template',
  'messages',
  'model_config',
  'call_data',
  'status',
  'reason',
  'error',
  'note',
  'name',
  'kind',
  'needs',
  'start_time',
  'end_time',
  'execution_time',
  'queue_time',
]

export type Selected =
  | { readonly found: true; readonly value: unknown }
  /** The longest beginning of the path that is there, the part after it, and what could stand in its place. */
  | { readonly found: false; readonly at: string; readonly part: string; readonly known: readonly string[] }

/** The value at a path such as `outputs.song_lyrics` or `steps.critic[3].generated`. Keys may hold brackets themselves. */
export function select(root: unknown, path: string): Selected {
  let value = root
  let rest = path
  while (rest !== '') {
    const at = path.slice(0, path.length - rest.length).replace(/\.$/, '')
    const step = Array.isArray(value) ? itemOf(value, rest) : memberOf(value, rest)
    if (step === undefined) return { found: false, at, part: partOf(rest), known: knownIn(value) }
    value = step.value
    rest = step.rest
  }
  return { found: true, value }
}

interface Taken {
  readonly value: unknown
  readonly rest: string
}

/** The longest key that the path goes on with, so that `critic[3]` is found before `critic`. */
function memberOf(value: unknown, path: string): Taken | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  let best: Taken | undefined
  let length = -1
  for (const [key, member] of Object.entries(value)) {
    if (key.length <= length || !path.startsWith(key)) continue
    const rest = path.slice(key.length)
    if (rest !== '' && !/^(?:\.(?=.)|\[)/.test(rest)) continue
    best = { value: member, rest: rest.replace(/^\./, '') }
    length = key.length
  }
  return best
}

function itemOf(list: readonly unknown[], path: string): Taken | undefined {
  const match = /^(?:\[(\d{1,9})\]|(\d{1,9}))(?:$|\.(?=.)|(?=\[))/.exec(path)
  const index = Number(match?.[1] ?? match?.[2])
  return match === null || index >= list.length
    ? undefined
    : { value: list[index], rest: path.slice(match[0].length) }
}

function partOf(path: string): string {
  return /^\[[^\]]*\]|^[^.]+/.exec(path)?.[0] ?? path
}

function knownIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.map((_, index) => `[${index}]`)
  return typeof value === 'object' && value !== null ? Object.keys(value) : []
}

/** Throws `UsageError` for a path that no result of the flow can have, before the run has cost anything. */
export function refuseUnknownPath(flow: Flow, path: string): void {
  if (path === '') throw new UsageError('option "--select" needs a path', 'such as --select outputs')
  const shape = shapeOfResult(flow, path)
  const selected = select(shape, path)
  if (selected.found) return
  const { at, part } = selected
  const inside = select(shape, at)
  if (inside.found && inside.value === open) return
  if (inside.found && inside.value === text)
    throw new UsageError(`"--select ${path}": "${at}" is a text and has no "${part}"`)
  const hasItems =
    at === 'steps' && flow.steps.some(({ id, forEach }) => id === part && forEach !== undefined)
  const [message, help] = unknownPath(path, selected)
  const first = `steps.${part}[0]`
  throw new UsageError(
    message,
    hasItems ? `did you mean "${first}${path.slice(first.length - '[0]'.length)}"?` : help,
  )
}

/**
 * The keys that a result of the flow will have; an empty object stands for what is not known before the run. Of a step
 * with items there is the first, and the one that `path` asks for; throws `UsageError` when that cannot be there.
 */
export function shapeOfResult(flow: Flow, path: string): Readonly<Record<string, unknown>> {
  const types = new VariableTypes(flow.steps, flow.inputs, flow.producers)
  const shape: Record<string, unknown> = Object.fromEntries(resultKeys.map((key) => [key, open]))
  shape['outputs'] = Object.fromEntries(flow.outputs.map((key) => [key, shapeOfValue(types.outside(key))]))
  shape['inputs'] = Object.fromEntries([...flow.inputs.keys()].map((key) => [key, open]))
  shape['steps'] = Object.fromEntries(
    flow.steps.flatMap((step) => {
      const { id, forEach } = step
      if (forEach === undefined) return [[id, shapeOfStep(step, id, path)]]
      const asked = path.startsWith(`steps.${id}[`)
        ? /^\d{1,9}(?=\])/.exec(path.slice(`steps.${id}[`.length))
        : null
      const { items } = forEach
      const count =
        items.kind === 'count' ? items.count : items.kind === 'list' ? items.items.length : Infinity
      if (asked !== null && Number(asked[0]) >= count) {
        throw new UsageError(
          `"--select ${path}": step "${id}" has ${count} ${count === 1 ? 'item' : 'items'}`,
          count === 0 ? undefined : `they are ${id}[0] to ${id}[${count - 1}]`,
        )
      }
      // Only the item that is asked for, and the first to be shown as an example.
      const numbers = new Set(asked !== null ? [0, Number(asked[0])] : [0])
      return [...numbers]
        .filter((index) => index < count)
        .map((index) => `${id}[${index}]`)
        .map((unit) => [unit, shapeOfStep(step, unit, path)])
    }),
  )
  return shape
}

/** Of the flow inside a step only what the path asks for, since flows may be inside each other many times. */
function shapeOfStep(step: Step, id: string, path: string): Readonly<Record<string, unknown>> {
  const shape: Record<string, unknown> = Object.fromEntries(
    stepKeys.map((key) => [key, textKeys.has(key) ? text : open]),
  )
  if (step.kind !== 'llm' && step.kind !== 'value') shape['request'] = open
  // A model may ask for a tool that is a flow.
  if (step.kind === 'llm' || step.kind === 'flow') shape['runs'] = open
  const inner = /^\.runs(?:\[(\d{1,9})\]|\.(\d{1,9}))\.?/.exec(path.slice(`steps.${id}`.length))
  if (step.kind !== 'flow' || inner === null || !path.startsWith(`steps.${id}.`)) return shape
  const run = Number(inner[1] ?? inner[2])
  const most = step.repeat?.max ?? 1
  if (run >= most) {
    throw new UsageError(
      `"--select ${path}": step "${id}" has at most ${most} ${most === 1 ? 'run' : 'runs'}`,
      most === 1 ? 'it is runs[0]' : `they are runs[0] to runs[${most - 1}]`,
    )
  }
  const rest = path.slice(`steps.${id}`.length + inner[0].length)
  const runs = Array.from({ length: run + 1 }, (): unknown => open)
  runs[run] = shapeOfResult(step.flow, rest)
  return { ...shape, runs }
}

/** Stands for a value of which nothing is known before the run. */
const open = Object.freeze({})

/** Stands for a text, which has no parts. */
const text = Object.freeze({})

const textKeys = new Set(['generated', 'prompt', 'prompt_template', 'name', 'kind', 'status'])

function shapeOfValue(type: ValueType | undefined): unknown {
  if (type?.kind === 'text') return text
  // Of a list whose length is not known, any item may be there.
  if (type?.kind !== 'list' || type.atLeast !== type.atMost) return open
  return Array.from({ length: type.atMost }, (_, index) => shapeOfValue(type.first[index] ?? type.items))
}

/** What the result does not have, and what it has in that place: message and help. */
export function unknownPath(
  path: string,
  { at, part, known }: Extract<Selected, { found: false }>,
): readonly [message: string, help: string | undefined] {
  const where = at === '' ? 'the result' : `"${at}"`
  const lacks = `"--select ${elided(path, 100)}": ${elided(where, 100)} has no "${elided(part, 100)}"`
  if (known[0] === '[0]')
    return [lacks, known.length === 1 ? 'there is only [0]' : `there are [0] to [${known.length - 1}]`]
  const guess = closest(part, known)
  const shown = known.slice(0, 8).join(', ') + (known.length > 8 ? ', …' : '')
  const help =
    guess !== undefined ? `did you mean "${guess}"?` : shown === '' ? undefined : `there are ${shown}`
  return [lacks, help]
}
