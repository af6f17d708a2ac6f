/** The boundary with language models: what a step asks for, what it gets back, how a call fails. */

import type { FinishReason, Sampling } from '../flow/llm-config.ts'
import type { RateLimits } from './rate-limits.ts'

export type { Api, FinishReason, LlmConfig, Sampling, ScriptedAnswer } from '../flow/llm-config.ts'

export type Message =
  | { readonly role: 'system' | 'user'; readonly content: string }
  | { readonly role: 'assistant'; readonly content: string; readonly toolCalls?: readonly ToolCall[] }
  /** What a tool gave, for the call with this id in the assistant's turn before. */
  | { readonly role: 'tool'; readonly content: string; readonly toolCallId: string }

/** A tool as a model asks for it. Nothing of it has been checked. */
export interface ToolCall {
  /** Not empty, and no other call of the answer has it. */
  readonly id: string
  readonly name: string
  /** What should be JSON. */
  readonly arguments: string
}

export interface LlmRequest {
  /** For the completions API: exactly one user message, the prompt. */
  readonly messages: readonly Message[]
  readonly sampling: Sampling
  /** The tools that the model may ask for. */
  readonly tools?: readonly ToolOffer[]
  /** What the answer has to be. */
  readonly responseFormat?: ResponseFormat
}

/** A tool as a model is told of it. */
export interface ToolOffer {
  readonly name: string
  readonly description: string
  /** JSON Schema of its arguments, an object. */
  readonly parameters: Readonly<Record<string, unknown>>
  /** Whether the server shall hold the model to the schema; not every schema can be used for that. */
  readonly isStrict: boolean
}

/** JSON that fits a schema. */
export interface ResponseFormat {
  /** Letters, digits, - and _, at most 64. */
  readonly name: string
  readonly schema: Readonly<Record<string, unknown>>
  /** Whether the server shall hold the model to the schema; not every schema can be used for that. */
  readonly isStrict: boolean
}

export interface Usage {
  readonly inputTokens: number
  readonly outputTokens: number
}

/** A whole answer. A stream that broke off, an error page or an empty list of choices is never one of these. */
export interface LlmAnswer {
  readonly text: string
  readonly finishReason: FinishReason
  /** The tools that the model asks for; only with the finish reason `tool-calls`, and then at least one. */
  readonly toolCalls?: readonly ToolCall[]
  /** Undefined when the API reported none. */
  readonly usage?: Usage
  /** The model that answered, as the API names it. */
  readonly model?: string
  readonly requestId?: string
  /** What the API returned, a stream put together into the object it stands for. */
  readonly raw: unknown
  /** Set for an answer that nobody was asked for now. */
  readonly recalled?: Recalled
}

/** Where an answer comes from that nobody was asked for: an earlier session of the run, the cache, or a recording. */
export type Recalled = 'run' | 'cache' | 'recording'

/** Whether an answer costs the run nothing: it has not made the call, in this session or an earlier one. */
export function isFree(recalled: Recalled | undefined): boolean {
  return recalled === 'cache' || recalled === 'recording'
}

export interface CallOptions {
  /** Aborting it ends the call at once; the rejection is the signal's reason. */
  readonly signal: AbortSignal
  /** Called once, when the first piece of the answer has arrived. */
  readonly onFirstToken: () => void
  /** Called when the server tells what is left of its limits, with an answer or a refusal. */
  readonly onRateLimits?: (limits: RateLimits) => void
}

/** An LLM that is ready to be called. */
export interface Llm {
  /** One attempt: no retries of its own. Rejects with an `LlmError`, or with the signal's reason when aborted. */
  call(request: LlmRequest, options: CallOptions): Promise<LlmAnswer>
}

/** Why an attempt failed, in words that are stable enough to script against. */
export type LlmErrorCode =
  | 'connection-failed' // no connection, or it broke before the answer was whole
  | 'timeout' // a time limit of the attempt passed
  | 'rate-limited' // 429
  | 'quota-exhausted' // 429 insufficient_quota, 402
  | 'server-error' // 5xx, 408, 409
  | 'authentication-failed' // 401, 403
  | 'request-refused' // any other 4xx
  | 'bad-response' // not what the API promises: HTML, broken JSON, no choices, a stream that ends early
  | 'response-too-large'
  | 'prompt-too-long' // known before sending
  | 'not-recorded' // nothing is sent in a replay
  | 'over-budget' // not sent
  | 'package-missing' // an optional package is not installed, or cannot be loaded
  | 'store-refused' // a vector store that holds something else, or cannot hold what it is given

/** A failed attempt. The message is in plain words, holds no key, and names the parameter when the API did. */
export class LlmError extends Error {
  override readonly name = 'LlmError'
  readonly code: LlmErrorCode
  /** Whether another attempt may help. */
  readonly retryable: boolean
  readonly httpStatus: number | undefined
  /** What the server asks to wait, in milliseconds, already validated (finite, not negative). */
  readonly retryAfterMs: number | undefined
  readonly requestId: string | undefined
  /** What to do about it, where that is known. Names variables, never what is in them. */
  readonly help: string | undefined

  constructor(
    code: LlmErrorCode,
    message: string,
    details: {
      readonly retryable: boolean
      readonly httpStatus?: number | undefined
      readonly retryAfterMs?: number | undefined
      readonly requestId?: string | undefined
      readonly help?: string | undefined
      readonly cause?: unknown
    },
  ) {
    super(message, { cause: details.cause })
    this.code = code
    this.retryable = details.retryable
    this.httpStatus = details.httpStatus
    this.retryAfterMs = details.retryAfterMs
    this.requestId = details.requestId
    this.help = details.help
  }
}
