import type { RunError } from './events.ts'
import type { RunResult } from './result.ts'
import type { AttemptResult, StepResult } from './step-result.ts'

/** As much of a result as says what happened when. */
export interface Account extends Pick<
  RunResult,
  'flow' | 'status' | 'start_time' | 'execution_time' | 'critical_path'
> {
  readonly steps: Readonly<Record<string, StepAccount>>
}

export interface StepAccount extends Pick<
  StepResult,
  'name' | 'kind' | 'needs' | 'status' | 'reason' | 'error' | 'start_time' | 'execution_time' | 'queue_time'
> {
  readonly model_config: { readonly llm: string; readonly provider: string; readonly model: string } | null
  readonly call_data: { readonly attempts: readonly AttemptResult[] } | null
}

/** A run that is over, with its steps on one clock: milliseconds since it started. */
export interface PastRun {
  readonly flow: string
  readonly status: RunResult['status']
  readonly durationMs: number
  /** Ids of the steps that decided how long it took, first to last. */
  readonly criticalPath: readonly string[]
  /** By id, in file order. */
  readonly steps: ReadonlyMap<string, PastStep>
  /** Step of the flow → its items, or itself; those over an empty list are missing. */
  readonly groups: ReadonlyMap<string, readonly PastStep[]>
}

export interface PastStep {
  readonly id: string
  /** The step of the flow: of `critic[3]` it is `critic`. */
  readonly group: string
  readonly name: string
  readonly kind: StepResult['kind']
  readonly status: StepResult['status']
  readonly reason: string | null
  readonly error: RunError | null
  /** Steps of the flow. */
  readonly needs: readonly string[]
  /** Undefined for a step that never ran. */
  readonly ran: { readonly readyAt: number; readonly startAt: number; readonly endAt: number } | undefined
  readonly model: StepAccount['model_config']
  readonly attempts: readonly AttemptResult[]
}

/** Puts the times of a result on one clock. Names such as `__proto__` are names. */
export function pastRun(account: Account): PastRun {
  const runStart = Date.parse(account.start_time)
  const steps = new Map<string, PastStep>()
  const groups = new Map<string, PastStep[]>()
  for (const [id, told] of Object.entries(account.steps)) {
    const step = pastStep(id, told, runStart)
    steps.set(id, step)
    const group = groups.get(step.group)
    if (group === undefined) groups.set(step.group, [step])
    else group.push(step)
  }
  const { flow, status, execution_time, critical_path } = account
  return {
    flow,
    status,
    durationMs: milliseconds(execution_time),
    criticalPath: critical_path,
    steps,
    groups,
  }
}

/** When the last of some steps ended, of those that ran; undefined when none did. */
export function lastToEnd(steps: readonly PastStep[]): PastStep | undefined {
  let last: PastStep | undefined
  for (const step of steps)
    if (step.ran !== undefined && step.ran.endAt >= (last?.ran?.endAt ?? 0)) last = step
  return last
}

function pastStep(id: string, told: StepAccount, runStart: number): PastStep {
  const { name, kind, status, reason, error, needs, start_time, execution_time, queue_time } = told
  const startAt = start_time === null ? 0 : Math.max(0, Date.parse(start_time) - runStart)
  return {
    id,
    group: id.endsWith(']') && id.includes('[') ? id.slice(0, id.lastIndexOf('[')) : id,
    name,
    kind,
    status,
    reason,
    error,
    needs,
    ran:
      start_time === null || execution_time === null
        ? undefined
        : {
            readyAt: startAt - milliseconds(queue_time ?? 0),
            startAt,
            endAt: startAt + milliseconds(execution_time),
          },
    model: told.model_config,
    attempts: told.call_data?.attempts ?? [],
  }
}

/** Seconds of a result, which are to the millisecond. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1000)
}
