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
  StepReady,
  StepStarted,
  StepSucceeded,
  StepSummary,
} from './events.ts'
import type { AttemptResult, CallData, StepResult } from './step-result.ts'
import { costOf, tokensOf } from './usage.ts'

/** An attempt as it is known so far. */
interface Attempt {
  readonly number: number
  readonly at: number
  firstTokenAt?: number
  finished?: Omit<AttemptFinished, 'raw'>
}

export type Settled = StepSucceeded | StepFailed | StepBlocked | StepCancelled

/** Milliseconds → seconds, to the millisecond. */
export function seconds(ms: number): number {
  return Math.round(ms) / 1000
}

/** Gathers the events of one step. Knows nothing of other steps nor of the order in which events may come. */
export class StepRecord {
  readonly #summary: StepSummary
  readonly #keepRaw: boolean
  readonly #attempts: Attempt[] = []
  #ready: StepReady | undefined
  #started: StepStarted | undefined
  #settled: Settled | undefined
  #endedAs = -1
  #raw: Json = null

  constructor(summary: StepSummary, keepRaw: boolean) {
    this.#summary = summary
    this.#keepRaw = keepRaw
  }

  get hasStarted(): boolean {
    return this.#started !== undefined
  }

  /** Its place among the steps that have ended: unlike times, never equal for two that ran. */
  get endedAs(): number {
    return this.#endedAs
  }

  /** Number of attempts that were started. */
  get calls(): number {
    return this.#attempts.length
  }

  /** Those that have ended, in order. */
  get finishedAttempts(): readonly Omit<AttemptFinished, 'raw'>[] {
    return this.#attempts.flatMap(({ finished }) => finished ?? [])
  }

  /** What the step gave under an output key; undefined unless it succeeded. */
  gave(key: string): Json | undefined {
    const given = this.#given
    return given !== undefined && Object.hasOwn(given, key) ? given[key] : undefined
  }

  ready(event: StepReady): void {
    this.#ready = event
  }

  started(event: StepStarted): void {
    this.#started = event
  }

  attemptStarted(event: AttemptStarted): void {
    this.#attempts.push({ number: event.attempt, at: event.at })
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
      call_data: this.#summary.kind === 'llm' ? this.#callData(end) : null,
      generated: settled !== undefined && 'generated' in settled ? settled.generated : null,
      result: this.#given ?? null,
    }
  }

  get #given(): Readonly<Record<string, Json>> | undefined {
    return this.#settled?.type === 'step-succeeded' ? this.#settled.result : undefined
  }

  #callData(end: number): CallData {
    const finished = this.finishedAttempts
    const last = finished.findLast(({ finish_reason: reason }) => reason !== null)
    return {
      retries: Math.max(0, this.calls - 1),
      attempts: this.#attempts.map((attempt) => attemptResult(attempt, end)),
      finish_reason: last?.finish_reason ?? null,
      request_id: last?.request_id ?? null,
      model: last?.model ?? null,
      usage: tokensOf(finished),
      cost: costOf(finished, this.calls).cost,
      ...(this.#keepRaw && { raw_outputs: this.#raw }),
    }
  }
}

function outcomeOf(settled: Settled | undefined): Pick<StepResult, 'status' | 'reason' | 'error'> {
  switch (settled?.type) {
    case 'step-succeeded':
      return { status: 'succeeded', reason: null, error: null }
    case 'step-failed':
      return { status: 'failed', reason: settled.error.message, error: settled.error }
    case 'step-blocked':
      return { status: 'blocked', reason: blockedReason(settled.by), error: null }
    case 'step-cancelled':
      return { status: 'cancelled', reason: cancelledBecause[settled.reason], error: null }
    case undefined:
      return { status: 'cancelled', reason: cancelledBecause.interrupted, error: null }
  }
}

function blockedReason(by: readonly string[]): string {
  const steps = by.map((id) => `"${id}"`).join(', ')
  return `${by.length === 1 ? 'step' : 'steps'} ${steps} did not succeed`
}

function attemptResult({ number, at, firstTokenAt, finished }: Attempt, end: number): AttemptResult {
  const error = finished?.error ?? null
  return {
    attempt: number,
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
