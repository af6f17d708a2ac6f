import type { StepKind } from '../flow/flow.ts'
import type { Recalled } from '../llms/llm.ts'
import type { Json } from '../source/json.ts'

/**
 * What happens in a run, as a stream of plain JSON values: `JSON.parse(JSON.stringify(event))` is the event.
 * Reporters, `--events` and the result are readings of it. `at` is milliseconds since the run started, on a
 * monotonic clock, and never decreases. A "step" here is one that runs by itself: an item of a `for_each` step
 * has the id `critic[3]`.
 *
 * Order: `run-started` comes first and `run-finished` last. Every step has exactly one settling event
 * (succeeded, failed, skipped, blocked, cancelled), also when the run is interrupted. A `for_each` over a list that
 * another step makes is one step until `step-expanded` puts its items in its place.
 */
export type RunEvent =
  | RunStarted
  | StepExpanded
  | StepReady
  | StepStarted
  | AttemptStarted
  | AttemptFirstToken
  | AttemptFinished
  | ToolCallStarted
  | ToolCallFinished
  | FlowEvent
  | StepSucceeded
  | StepFailed
  | StepSkipped
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
  /**
   * Output key → the step that gives it, or for a `for_each` the steps that give its items in order. One whose items
   * are not known yet is named itself, and gives the list of what its items will give.
   */
  readonly outputs: Readonly<Record<string, string | readonly string[]>>
}

export interface StepSummary {
  readonly id: string
  /** Label for people. */
  readonly name: string
  readonly kind: StepKind
  /** Ids of the steps that had to end before this one; for an item, those of its `for_each` step. */
  readonly needs: readonly string[]
  /** What becomes of an item that fails, where it does not hurt the step: its error stands in the list, or nothing does. */
  readonly on_error?: 'keep' | 'drop'
}

/** What is known now: which items a step has. From here on they are steps, and it is none. */
export interface StepExpanded {
  readonly type: 'step-expanded'
  readonly at: number
  readonly step: string
  /** In item order; empty when the list is. */
  readonly items: readonly StepSummary[]
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
  /** What a step that calls something other than a model asks of it, such as a program and its arguments. */
  readonly request?: Readonly<Record<string, Json>>
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
  /** What the answer has to be, as the API is told. */
  readonly response_format?: Json
  /** The tools that the model may ask for, as it is told of them. */
  readonly tools?: readonly Json[]
  readonly params?: Readonly<Record<string, Json>>
}

export interface AttemptStarted {
  readonly type: 'attempt-started'
  readonly at: number
  readonly step: string
  /** Counts from 1. */
  readonly attempt: number
  /** Differs from the configuration's only in a retry after a truncated answer; null for what gives no text. */
  readonly max_tokens: number | null
  /** What is said after the messages of the step and of the attempts before: a wrong answer and what is wrong with it, or
   * the tools that were asked for and what they gave. Absent where nothing new is said. */
  readonly messages?: readonly Turn[]
}

/** One message of a talk with a model, as it is sent. */
export interface Turn {
  readonly role: string
  readonly content: string
  readonly tool_calls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[]
  readonly tool_call_id?: string
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
  /**
   * Set when no call was made: an earlier session of the run had the answer, and has paid for it; or the cache had it, or
   * a recording, and it costs nothing.
   */
  readonly recalled?: Recalled
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

/** The model asks for a tool, and it is called. */
export interface ToolCallStarted {
  readonly type: 'tool-call-started'
  readonly at: number
  readonly step: string
  /** Counts the calls of the step from 1. */
  readonly call: number
  /** The attempt that asked for it. */
  readonly attempt: number
  readonly tool: string
  /** As the model gave them, after they were held against the tool's schema. */
  readonly arguments: Json
}

export interface ToolCallFinished {
  readonly type: 'tool-call-finished'
  readonly at: number
  readonly step: string
  readonly call: number
  /** What the model is told; null when the tool failed, and it is told the error. */
  readonly result: Json
  readonly error: RunError | null
}

/** Something happened in a flow that runs inside a step. */
export interface FlowEvent {
  readonly type: 'flow-event'
  readonly at: number
  readonly step: string
  /** Counts the runs inside the step from 1; the rounds of a step that repeats. */
  readonly run: number
  /** Its times count from the start of that run. */
  readonly event: RunEvent
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

/** It was not to run: its condition is false, or something it cannot do without was skipped. */
export interface StepSkipped {
  readonly type: 'step-skipped'
  readonly at: number
  readonly step: string
  /** Its condition, when that is the reason; null otherwise. */
  readonly condition: string | null
  /** The skipped steps that it cannot do without; empty when its condition is the reason. */
  readonly by: readonly string[]
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

/**
 * `partial`: items of a `for_each` have failed that were to hurt nothing else. `over_budget`: a call was not made, since it
 * could have passed what the run may take.
 */
export type RunStatus = 'succeeded' | 'failed' | 'partial' | 'over_budget' | 'cancelled'

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
