import type { Json } from '../source/json.ts'

/**
 * What happens in a run, as a stream of plain JSON values: `JSON.parse(JSON.stringify(event))` is the event.
 * Reporters, `--events` and the result are readings of it. `at` is milliseconds since the run started, on a
 * monotonic clock, and never decreases. A "step" here is one that runs by itself: an item of a `for_each` step
 * has the id `critic[3]`.
 *
 * Order: `run-started` comes first and `run-finished` last. Every step has exactly one settling event
 * (succeeded, failed, blocked, cancelled), also when the run is interrupted.
 */
export type RunEvent =
  | RunStarted
  | StepReady
  | StepStarted
  | AttemptStarted
  | AttemptFirstToken
  | AttemptFinished
  | StepSucceeded
  | StepFailed
  | StepBlocked
  | StepCancelled
  | RunFinished

export interface RunStarted {
  readonly type: 'run-started'
  readonly at: number
  readonly run_id: string
  readonly flow: string
  /** ISO 8601, wall clock. */
  readonly time: string
  readonly inputs: Readonly<Record<string, Json>>
  /** Every step of the run, in file order, items in item order. */
  readonly steps: readonly StepSummary[]
  /** The steps of the flow that run for no item, since their list is empty; each after those that it needs. */
  readonly empty_steps: readonly EmptyStep[]
  /** Output key → the step that gives it, or for a `for_each` the steps that give its items in order. */
  readonly outputs: Readonly<Record<string, string | readonly string[]>>
}

export interface StepSummary {
  readonly id: string
  /** Label for people. */
  readonly name: string
  readonly kind: 'llm' | 'value'
  /** Ids of the steps that had to end before this one; for an item, those of its `for_each` step. */
  readonly needs: readonly string[]
}

/** Nothing of it runs; all that it needs must succeed before its output, an empty list, is there. */
export interface EmptyStep {
  readonly id: string
  readonly output_key: string
  /** Ids of the steps of the flow that have to end before it has. */
  readonly needs: readonly string[]
}

/** All that the step needs has succeeded; it waits for a slot. */
export interface StepReady {
  readonly type: 'step-ready'
  readonly at: number
  readonly step: string
}

export interface StepStarted {
  readonly type: 'step-started'
  readonly at: number
  readonly step: string
  /** The variables its templates use and their values. */
  readonly prompt_inputs: Readonly<Record<string, Json>>
  /** Null for steps that call no model, like the next three. */
  readonly prompt_template: string | null
  readonly prompt: string | null
  /** System message and few-shot turns, as sent, without the prompt. */
  readonly messages: readonly { readonly role: string; readonly content: string }[] | null
  readonly model_config: ModelConfig | null
}

/** The configuration a model is called with. */
export interface ModelConfig {
  readonly llm: string
  readonly provider: string
  readonly api: string
  readonly model: string
  /** Where calls go; null for providers that work in this process. */
  readonly endpoint: string | null
  readonly max_tokens: number
  readonly temperature?: number
  readonly top_p?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly params?: Readonly<Record<string, Json>>
}

export interface AttemptStarted {
  readonly type: 'attempt-started'
  readonly at: number
  readonly step: string
  /** Counts from 1. */
  readonly attempt: number
  /** Differs from the configuration's only in a retry after a truncated answer. */
  readonly max_tokens: number
}

export interface AttemptFirstToken {
  readonly type: 'attempt-first-token'
  readonly at: number
  readonly step: string
  readonly attempt: number
}

export interface AttemptFinished {
  readonly type: 'attempt-finished'
  readonly at: number
  readonly step: string
  readonly attempt: number
  readonly error: RunError | null
  /** Milliseconds until the next attempt, at least; null when there is none. */
  readonly wait: number | null
  readonly finish_reason: string | null
  readonly request_id: string | null
  /** The model that answered, as the API names it. */
  readonly model: string | null
  readonly usage: TokenUsage | null
  /** Dollars; null when the price or the usage is not known. */
  readonly cost: number | null
  /** What the API returned; absent when raw outputs are not kept. */
  readonly raw?: Json
}

export interface TokenUsage {
  readonly input_tokens: number
  readonly output_tokens: number
}

/** Something that went wrong while running; `code` is a stable kebab-case word. */
export interface RunError {
  readonly code: string
  readonly message: string
  readonly http_status?: number
  /** What to do about it. */
  readonly help?: string
}

export interface StepSucceeded {
  readonly type: 'step-succeeded'
  readonly at: number
  readonly step: string
  /** The model's text; null for steps that call no model. */
  readonly generated: string | null
  /** Output key → value; an item of a list output gives its own value. */
  readonly result: Readonly<Record<string, Json>>
  /** Something a person should know about the answer; null when there is nothing. */
  readonly note: string | null
}

export interface StepFailed {
  readonly type: 'step-failed'
  readonly at: number
  readonly step: string
  readonly error: RunError
  /** The model's text, when there was one that could not be accepted. */
  readonly generated: string | null
}

/** A step it needs did not succeed; it was never run. */
export interface StepBlocked {
  readonly type: 'step-blocked'
  readonly at: number
  readonly step: string
  /** The steps it needs that did not succeed. */
  readonly by: readonly string[]
}

export interface StepCancelled {
  readonly type: 'step-cancelled'
  readonly at: number
  readonly step: string
  readonly reason: CancelReason
}

/**
 * `fail-fast`: another step failed and the run was told to stop at the first failure. `internal-error`: llmflows itself
 * is wrong, and the run was given up.
 */
export type CancelReason = 'interrupted' | 'timeout' | 'fail-fast' | 'internal-error'

export type RunStatus = 'succeeded' | 'failed' | 'cancelled'

export interface RunFinished {
  readonly type: 'run-finished'
  readonly at: number
  readonly time: string
  readonly status: RunStatus
  /** Why it stopped early; null when it did not. A run that stopped at its first failure has failed. */
  readonly reason: CancelReason | null
}

/** Something that is told of every event of a run. */
export interface EventListener {
  onEvent(event: RunEvent): void
}
