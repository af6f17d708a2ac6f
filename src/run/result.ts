import type { Json } from '../source/json.ts'
import type {
  CancelReason,
  EmptyStep,
  RunEvent,
  RunFinished,
  RunStarted,
  RunStatus,
  StepExpanded,
  StepSummary,
} from './events.ts'
import { isMade, seconds, StepRecord, type FinishedAttempt, type Settled } from './step-record.ts'
import type { StepResult } from './step-result.ts'
import { costOf, tokensOf } from './usage.ts'
import { lostItem } from './values.ts'
import type { RunUsage } from './usage.ts'

/** What a run comes to: the JSON on stdout, described by `schemas/result.schema.json`. Durations are seconds. */
export interface RunResult {
  /** Version of this format. */
  readonly llmflows: 1
  readonly flow: string
  readonly run_id: string
  readonly status: RunStatus
  /** Why it stopped early; null when it did not. */
  readonly reason: CancelReason | null
  /** ISO 8601, like every time here. */
  readonly start_time: string
  readonly end_time: string
  readonly execution_time: number
  readonly inputs: Readonly<Record<string, Json>>
  /** In declared order; those of steps that did not succeed are absent. */
  readonly outputs: Readonly<Record<string, Json>>
  readonly usage: RunUsage
  /** Ids of the steps that decided how long the run took, first to last. */
  readonly critical_path: readonly string[]
  /** By step id, in file order. */
  readonly steps: Readonly<Record<string, StepResult>>
}

/**
 * The result as a fold over the events of one run: the same events give the same result, live or replayed.
 * `apply` keeps references to events and takes constant time; `result` may be asked for at any time after
 * `run-started` and takes time in proportion to the events. Steps that are not settled then are reported as
 * cancelled, and so is a run that has not finished.
 */
export function createResult(options: { readonly keepRaw: boolean }): {
  apply(event: RunEvent): void
  result(): RunResult
  /** Attempts that were started, and those of them that have ended. */
  readonly calls: number
  readonly finishedAttempts: readonly FinishedAttempt[]
} {
  const newFold = (): ReturnType<typeof createResult> => createResult(options)
  const records = new Map<string, StepRecord>()
  /** Step of the flow → its items, once they are known, where they were not at the start. */
  const expanded = new Map<string, readonly StepSummary[]>()
  /** Those of them without items, in the order in which that was known. */
  const expandedEmpty: EmptyStep[] = []
  /** Step of the flow → the last of its steps to end that ran; for most steps, itself. */
  const lastOf = new Map<string, string>()
  /** Step of the flow → how many of its steps have yet to succeed. */
  const unsucceeded = new Map<string, number>()
  /** How many steps that ran have ended. */
  let ends = 0
  let started: RunStarted | undefined
  let finished: RunFinished | undefined
  let lastAt = 0
  let lastToEnd: string | undefined

  function count(step: string, by: 1 | -1): void {
    const flowStep = flowStepOf(step)
    unsucceeded.set(flowStep, (unsucceeded.get(flowStep) ?? 0) + by)
  }

  function add(step: StepSummary): void {
    records.set(step.id, new StepRecord(step, options.keepRaw, newFold))
    count(step.id, 1)
  }

  function expand({ step, items }: StepExpanded): void {
    const record = records.get(step)
    if (record === undefined) return
    expanded.set(step, items)
    records.delete(step)
    count(step, -1)
    for (const item of items) add(item)
    if (items.length === 0) expandedEmpty.push({ id: step, output_key: '', needs: record.summary.needs })
  }

  function settled(event: Settled): void {
    const record = records.get(event.step)
    if (record === undefined) return
    const isLost = event.type === 'step-failed' && record.summary.on_error !== undefined
    if (event.type === 'step-succeeded' || isLost) count(event.step, -1)
    record.settled(event, ends)
    if (!record.hasStarted) return
    ends++
    lastOf.set(flowStepOf(event.step), event.step)
    lastToEnd = event.step
  }

  function apply(event: RunEvent): void {
    lastAt = event.at
    switch (event.type) {
      case 'run-started':
        started = event
        for (const step of event.steps) add(step)
        break
      case 'step-expanded':
        expand(event)
        break
      case 'step-ready':
        records.get(event.step)?.ready(event)
        break
      case 'step-started':
        records.get(event.step)?.started(event)
        break
      case 'attempt-started':
        records.get(event.step)?.attemptStarted(event)
        break
      case 'attempt-first-token':
        records.get(event.step)?.firstToken(event)
        break
      case 'attempt-finished':
        records.get(event.step)?.attemptFinished(event)
        break
      case 'tool-call-started':
        records.get(event.step)?.toolCallStarted(event)
        break
      case 'tool-call-finished':
        records.get(event.step)?.toolCallFinished(event)
        break
      case 'flow-event':
        records.get(event.step)?.flowEvent(event)
        break
      case 'step-succeeded':
      case 'step-failed':
      case 'step-skipped':
      case 'step-blocked':
      case 'step-cancelled':
        settled(event)
        break
      case 'run-finished':
        finished = event
        break
      default:
        event satisfies never
    }
  }

  function endedAs(id: string | undefined): number {
    return records.get(id ?? '')?.endedAs ?? -1
  }

  /** Of some steps of the flow, the one of their steps that ended last. */
  function latestOf(needs: readonly string[], ends: ReadonlyMap<string, string>): string | undefined {
    let latest: string | undefined
    for (const need of needs) {
      const last = ends.get(need)
      if (last !== undefined && endedAs(last) > endedAs(latest)) latest = last
    }
    return latest
  }

  /** From the last step to end back through the need that ended last; what is empty passes on what it waited for. */
  function criticalPath(run: RunStarted): readonly string[] {
    const needs = new Map(Array.from(records, ([id, { summary }]) => [id, summary.needs]))
    const ends = new Map(lastOf)
    for (const empty of [...run.empty_steps, ...expandedEmpty]) {
      const latest = latestOf(empty.needs, ends)
      if (latest !== undefined) ends.set(empty.id, latest)
    }
    const path: string[] = []
    for (let id = lastToEnd; id !== undefined; id = latestOf(needs.get(id) ?? [], ends)) path.push(id)
    return path.reverse()
  }

  /** The output keys of the empty steps that would have run. */
  function emptyOutputs(run: RunStarted): ReadonlySet<string> {
    const blocked = new Set<string>()
    const outputs = new Set<string>()
    for (const { id, output_key, needs } of run.empty_steps) {
      if (needs.some((need) => blocked.has(need) || (unsucceeded.get(need) ?? 0) > 0)) blocked.add(id)
      else outputs.add(output_key)
    }
    return outputs
  }

  function result(): RunResult {
    if (started === undefined) throw new Error('a result begins with the event run-started')
    const run = started
    const wallClock = wallClockOf(run)
    return {
      llmflows: 1,
      flow: run.flow,
      run_id: run.run_id,
      status: finished?.status ?? 'cancelled',
      reason: finished === undefined ? 'interrupted' : finished.reason,
      start_time: run.time,
      end_time: finished?.time ?? wallClock(lastAt),
      execution_time: seconds(lastAt - run.at),
      inputs: run.inputs,
      outputs: outputsOf(run, { records, expanded, empty: emptyOutputs(run) }),
      usage: usageOf([...records.values()]),
      critical_path: criticalPath(run),
      // Unlike an assignment, `fromEntries` makes even `__proto__` a plain property.
      steps: Object.fromEntries(
        inFileOrder(run).map(([id, record]) => [id, record.result(lastAt, wallClock)] as const),
      ),
    }
  }

  /** The records, with items that were not known at the start in the place of their step. */
  function inFileOrder(run: RunStarted): readonly (readonly [string, StepRecord])[] {
    if (expanded.size === 0) return [...records]
    const all = run.steps.flatMap((step) => expanded.get(step.id) ?? [step])
    return all.flatMap(({ id }) => {
      const record = records.get(id)
      return record === undefined ? [] : [[id, record] as const]
    })
  }

  return {
    apply,
    result,
    get calls() {
      return callsOf([...records.values()])
    },
    get finishedAttempts() {
      return [...records.values()].flatMap((record) => record.allFinishedAttempts)
    },
  }
}

/** Milliseconds of the run → ISO 8601. Steps begin when others end, so that the same moment is asked for again and again. */
function wallClockOf({ time, at: start }: RunStarted): (at: number) => string {
  const epoch = Date.parse(time) - start
  let known = NaN
  let text = ''
  return (at) => {
    const moment = Math.trunc(epoch + at)
    if (moment !== known) {
      known = moment
      text = new Date(moment).toISOString()
    }
    return text
  }
}

/** The step of the flow that an item such as `critic[3]` belongs to; any other id is its own. */
function flowStepOf(id: string): string {
  return id.endsWith(']') ? id.slice(0, id.lastIndexOf('[')) : id
}

interface Known {
  readonly records: ReadonlyMap<string, StepRecord>
  readonly expanded: ReadonlyMap<string, readonly StepSummary[]>
  /** Output keys of steps over lists that were empty from the start. */
  readonly empty: ReadonlySet<string>
}

function outputsOf(run: RunStarted, { records, expanded, empty }: Known): Readonly<Record<string, Json>> {
  const outputs: [string, Json][] = []
  for (const [key, from] of Object.entries(run.outputs)) {
    const items = typeof from === 'string' ? expanded.get(from)?.map(({ id }) => id) : from
    if (items === undefined) {
      const value = records.get(String(from))?.gave(key)
      if (value !== undefined) outputs.push([key, value])
      continue
    }
    const list = listOf(
      items.map((id) => records.get(id)),
      key,
    )
    const isThere = items.length > 0 || typeof from === 'string' || empty.has(key)
    if (list !== undefined && isThere) outputs.push([key, list])
  }
  return Object.fromEntries(outputs)
}

/** The list that the items of a step make; undefined when one is missing that must not be. */
function listOf(items: readonly (StepRecord | undefined)[], key: string): readonly Json[] | undefined {
  const list: Json[] = []
  for (const item of items) {
    const value = item?.gave(key)
    const lost = value === undefined ? item?.lost : undefined
    if (value !== undefined) list.push(value)
    else if (lost === undefined) return undefined
    else if (item?.summary.on_error === 'keep') list.push(lostItem(lost))
  }
  return list
}

function callsOf(records: readonly StepRecord[]): number {
  return records.reduce((sum, record) => sum + record.calls, 0)
}

function usageOf(records: readonly StepRecord[]): RunUsage {
  const finished = records
    .flatMap((record) => (record.calls === 0 ? [] : record.allFinishedAttempts))
    .filter(isMade)
  const calls = callsOf(records)
  const { input_tokens, output_tokens } = tokensOf(finished) ?? { input_tokens: 0, output_tokens: 0 }
  return { calls, input_tokens, output_tokens, ...costOf(finished, calls) }
}
