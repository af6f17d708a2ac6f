import type { Json } from '../source/json.ts'
import type { RunResult } from './result.ts'
import type { ModelConfig, RunError, StepStarted, StepSummary, TokenUsage, Turn } from './events.ts'

/** What happened to one step. Times are null for a step that never ran; durations are seconds. */
export interface StepResult {
  readonly name: string
  readonly kind: StepSummary['kind']
  /** Ids of the steps of the flow that had to end before this one. */
  readonly needs: readonly string[]
  readonly status: StepStatus
  /** Why it did not succeed, for people; null when it did. */
  readonly reason: string | null
  readonly error: RunError | null
  /** What a person should know about the answer of a step that succeeded; null when there is nothing. */
  readonly note: string | null
  readonly start_time: string | null
  readonly end_time: string | null
  readonly execution_time: number | null
  /** From ready to started. */
  readonly queue_time: number | null
  readonly prompt_inputs: Readonly<Record<string, Json>> | null
  readonly prompt_template: string | null
  readonly prompt: string | null
  readonly messages: StepStarted['messages']
  readonly model_config: ModelConfig | null
  /** What it asked of something other than a model; absent for steps that ask nothing else. */
  readonly request?: Readonly<Record<string, Json>>
  /** Null for steps that call no model. */
  readonly call_data: CallData | null
  /** The flows that ran inside it, in order; absent when none did. */
  readonly runs?: readonly RunResult[]
  readonly generated: string | null
  /** Output key → value; null when the step did not succeed. */
  readonly result: Readonly<Record<string, Json>> | null
}

export type StepStatus = 'succeeded' | 'failed' | 'skipped' | 'blocked' | 'cancelled'

/** The calls of a step: every attempt, and what the API returned to the last one that had an answer. */
export interface CallData {
  readonly retries: number
  readonly attempts: readonly AttemptResult[]
  readonly finish_reason: string | null
  readonly request_id: string | null
  readonly model: string | null
  /** Of all attempts together; null when none reported any. */
  readonly usage: TokenUsage | null
  /** Dollars for all attempts; null when it is not known. */
  readonly cost: number | null
  /** Whether the last answer came from the cache, and cost nothing. */
  readonly cached: boolean
  /** Absent when no tool was called. */
  readonly tool_calls?: readonly ToolCallResult[]
  /** Absent when raw outputs are not kept. */
  readonly raw_outputs?: Json
}

/** A call of a tool that the model asked for. */
export interface ToolCallResult {
  /** Counts from 1. */
  readonly call: number
  /** The attempt that asked for it. */
  readonly attempt: number
  readonly tool: string
  readonly arguments: Json
  readonly start: number
  readonly duration: number
  readonly result: Json
  readonly error: RunError | null
}

export interface AttemptResult {
  /** Counts from 1. */
  readonly attempt: number
  /** What it said that the attempts before had not said; absent where that is nothing. */
  readonly messages?: readonly Turn[]
  /** Seconds since the run started, to the millisecond, like all times here. */
  readonly start: number
  readonly duration: number
  readonly time_to_first_token: number | null
  readonly status: 'succeeded' | 'failed' | 'cancelled'
  readonly http_status?: number
  readonly error: RunError | null
  /** Seconds until the next attempt, at least; null when there is none. */
  readonly wait: number | null
}
