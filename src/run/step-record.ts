import { isFree } from '../llms/llm.ts'
import { OVER_BUDGET } from './within-budget.ts'
import type { Json } from '../source/json.ts'
import { cancelledBecause } from './cancelled.ts'
import type {
  AttemptFinished,
  AttemptFirstToken,
  AttemptStarted,
  RunError,
  StepBlocked,
  StepCancelled,
  StepFailed,
  FlowEvent,
  StepReady,
  StepSkipped,
  StepStarted,
  StepSucceeded,
  StepSummary,
  ToolCallFinished,
  ToolCallStarted,
} from './events.ts'
import type { createResult } from './result.ts'
import type { AttemptResult, CallData, StepResult, ToolCallResult } from './step-result.ts'
import { costOf, tokensOf } from './usage.ts'

/** An attempt as it is known so far. */
interface Attempt {
  readonly number: number
  readonly at: number
  readonly messages: AttemptStarted['messages']
  firstTokenAt?: number
  finished?: FinishedAttempt
}

export type FinishedAttempt = Omit<AttemptFinished, 'raw'>

/** Whether an attempt was a call that counts: not one that something else has answered, nor one that the budget forbade. */
export function isMade(finished: FinishedAttempt | undefined): boolean {
  return !isFree(finished?.recalled) && finished?.error?.code !== OVER_BUDGET
}

export type Settled = StepSucceeded | StepFailed | StepSkipped | StepBlocked | StepCancelled

type Fold = ReturnType<typeof createResult>

/** Milliseconds → seconds, to the millisecond. */
export function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

/** Gathers the events of one step. Knows nothing of other steps nor of the order in which events may come. */
export class StepRecord {
  readonly #summary: StepSummary
  readonly #keepRaw: boolean
  readonly #attempts: Attempt[] = []
  readonly #toolCalls: { readonly started: ToolCallStarted; finished?: ToolCallFinished }[] = []
  /** What happened in the flows inside the step. */
  readonly #runs: Fold[] = []
  readonly #newFold: () => Fold
  #ready: StepReady | undefined
  #started: StepStarted | undefined
  #settled: Settled | undefined
  #endedAs = -1
  #raw: Json = null

  /** `newFold` makes what gathers the events of a flow inside the step. */
  constructor(summary: StepSummary, keepRaw: boolean, newFold: () => Fold) {
    this.#summary = summary
    this.#keepRaw = keepRaw
    this.#newFold = newFold
  }

  get summary(): StepSummary {
    return this.#summary
  }

  get hasStarted(): boolean {
    return this.#started !== undefined
  }

  /** Its place among the steps that have ended: unlike times, never equal for two that ran. */
  get endedAs(): number {
    return this.#endedAs
  }

  /** Number of calls that were begun, those of flows inside included; what the cache answers is none. */
  get calls(): number {
    if (this.#isCode) return 0
    const own = this.#attempts.filter(({ finished }) => isMade(finished)).length
    return this.#runs.reduce((sum, run) => sum + run.calls, own)
  }

  /** Those that have ended, of flows inside as well. */
  get allFinishedAttempts(): readonly FinishedAttempt[] {
    if (this.#isCode) return []
    const own = this.finishedAttempts
    return this.#runs.length === 0 ? own : [...own, ...this.#runs.flatMap((run) => run.finishedAttempts)]
  }

  /** Its own attempts that have ended, in order. */
  get finishedAttempts(): readonly FinishedAttempt[] {
    return this.#attempts.flatMap(({ finished }) => finished ?? [])
  }

  /** What the step gave under an output key; undefined unless it succeeded. */
  gave(key: string): Json | undefined {
    const given = this.#given
    return given !== undefined && Object.hasOwn(given, key) ? given[key] : undefined
  }

  /** Why it failed, where that hurts nothing else. */
  get lost(): RunError | undefined {
    const settled = this.#settled
    return this.#summary.on_error !== undefined && settled?.type === 'step-failed' ? settled.error : undefined
  }

  ready(event: StepReady): void {
    this.#ready = event
  }

  started(event: StepStarted): void {
    this.#started = event
  }

  attemptStarted(event: AttemptStarted): void {
    this.#attempts.push({ number: event.attempt, at: event.at, messages: event.messages })
  }

  firstToken(event: AttemptFirstToken): void {
    const attempt = this.#attempts.at(-1)
    if (attempt !== undefined) attempt.firstTokenAt = event.at
  }

  attemptFinished({ raw, ...finished }: AttemptFinished): void {
    const attempt = this.#attempts.at(-1)
    if (attempt !== undefined) attempt.finished = finished
    // An answer was paid for; an attempt without one that comes after it must not take it away.
    if (this.#keepRaw && raw !== undefined) this.#raw = raw
  }

  toolCallStarted(event: ToolCallStarted): void {
    this.#toolCalls.push({ started: event })
  }

  toolCallFinished(event: ToolCallFinished): void {
    const call = this.#toolCalls.find(({ started }) => started.call === event.call)
    if (call !== undefined) call.finished = event
  }

  flowEvent({ run, event }: FlowEvent): void {
    const fold = (this.#runs[run - 1] ??= this.#newFold())
    fold.apply(event)
  }

  /** `endedAs`: how many steps had ended before it. */
  settled(event: Settled, endedAs: number): void {
    this.#settled = event
    this.#endedAs = endedAs
  }

  /** As of `now`; a step that is not settled then counts as cancelled. `wallClock` turns milliseconds of the run into ISO 8601. */
  result(now: number, wallClock: (at: number) => string): StepResult {
    const settled = this.#settled
    const started = this.#started
    const end = settled?.at ?? now
    return {
      name: this.#summary.name,
      kind: this.#summary.kind,
      needs: this.#summary.needs,
      ...outcomeOf(settled),
      note: settled?.type === 'step-succeeded' ? settled.note : null,
      start_time: started === undefined ? null : wallClock(started.at),
      end_time: started === undefined ? null : wallClock(end),
      execution_time: started === undefined ? null : seconds(end - started.at),
      queue_time: started === undefined ? null : seconds(started.at - (this.#ready ?? started).at),
      prompt_inputs: started?.prompt_inputs ?? null,
      prompt_template: started?.prompt_template ?? null,
      prompt: started?.prompt ?? null,
      messages: started?.messages ?? null,
      model_config: started?.model_config ?? null,
      ...(started?.request !== undefined && { request: started.request }),
      call_data: this.#summary.kind === 'llm' || this.#attempts.length > 0 ? this.#callData(end) : null,
      ...(this.#runs.length > 0 && { runs: this.#runs.map((run) => run.result()) }),
      generated: settled !== undefined && 'generated' in settled ? settled.generated : null,
      result: this.#given ?? null,
    }
  }

  /** Whether it runs code of the user's: its attempts are in its record, but nobody is called and nothing is paid for. */
  get #isCode(): boolean {
    return this.#summary.kind === 'function' || this.#summary.kind === 'command'
  }

  get #given(): Readonly<Record<string, Json>> | undefined {
    return this.#settled?.type === 'step-succeeded' ? this.#settled.result : undefined
  }

  #callData(end: number): CallData {
    const finished = this.finishedAttempts
    const last = finished.findLast(({ finish_reason: reason }) => reason !== null)
    return {
      retries: failuresIn(finished.slice(0, Math.max(0, this.#attempts.length - 1))),
      attempts: this.#attempts.map((attempt) => attemptResult(attempt, end)),
      finish_reason: last?.finish_reason ?? null,
      request_id: last?.request_id ?? null,
      model: last?.model ?? null,
      usage: tokensOf(finished),
      cost: costOf(finished, this.#attempts.length).cost,
      cached: last?.recalled === 'cache',
      ...(this.#toolCalls.length > 0 && {
        tool_calls: this.#toolCalls.map(({ started, finished: call }) => toolCallResult(started, call, end)),
      }),
      ...(this.#keepRaw && { raw_outputs: this.#raw }),
    }
  }
}

/** What follows an attempt that failed is a retry; what follows another is the next round of tools, or the next batch of texts. */
function failuresIn(finished: readonly FinishedAttempt[]): number {
  return finished.filter(({ error }) => error !== null).length
}

function outcomeOf(settled: Settled | undefined): Pick<StepResult, 'status' | 'reason' | 'error'> {
  switch (settled?.type) {
    case 'step-succeeded':
      return { status: 'succeeded', reason: null, error: null }
    case 'step-failed':
      return { status: 'failed', reason: settled.error.message, error: settled.error }
    case 'step-skipped':
      return { status: 'skipped', reason: skippedReason(settled), error: null }
    case 'step-blocked':
      return { status: 'blocked', reason: blockedReason(settled.by), error: null }
    case 'step-cancelled':
      return { status: 'cancelled', reason: cancelledBecause[settled.reason], error: null }
    case undefined:
      return { status: 'cancelled', reason: cancelledBecause.interrupted, error: null }
  }
}

function skippedReason({ condition, by }: StepSkipped): string {
  if (condition !== null) return `its condition is false: ${condition}`
  const steps = by.map((id) => `"${id}"`).join(', ')
  return `${by.length === 1 ? 'step' : 'steps'} ${steps} ${by.length === 1 ? 'was' : 'were'} skipped`
}

function toolCallResult(
  { call, attempt, tool, arguments: given, at }: ToolCallStarted,
  finished: ToolCallFinished | undefined,
  end: number,
): ToolCallResult {
  return {
    call,
    attempt,
    tool,
    arguments: given,
    start: seconds(at),
    duration: seconds((finished?.at ?? end) - at),
    result: finished?.result ?? null,
    error: finished?.error ?? null,
  }
}

function blockedReason(by: readonly string[]): string {
  const steps = by.map((id) => `"${id}"`).join(', ')
  return `${by.length === 1 ? 'step' : 'steps'} ${steps} did not succeed`
}

function attemptResult(
  { number, at, messages, firstTokenAt, finished }: Attempt,
  end: number,
): AttemptResult {
  const error = finished?.error ?? null
  return {
    attempt: number,
    ...(messages !== undefined && { messages }),
    start: seconds(at),
    duration: seconds((finished?.at ?? end) - at),
    time_to_first_token: firstTokenAt === undefined ? null : seconds(firstTokenAt - at),
    status: finished === undefined ? 'cancelled' : attemptStatus(error),
    ...(error?.http_status !== undefined && { http_status: error.http_status }),
    error,
    wait: finished === undefined || finished.wait === null ? null : seconds(finished.wait),
  }
}

function attemptStatus(error: RunError | null): AttemptResult['status'] {
  if (error === null) return 'succeeded'
  return error.code === 'cancelled' ? 'cancelled' : 'failed'
}
