import type { LlmConfig } from './llm.ts'

/** How long each part of an attempt may take, in milliseconds. */
export interface TimeLimits {
  /** Name look-up, connection and TLS handshake. */
  readonly connectMs: number
  /** From the connection to the first byte of the answer's body. */
  readonly firstByteMs: number
  /** Between two pieces of an answer. */
  readonly idleMs: number
  /** The whole attempt: the `timeout` of the flow. */
  readonly attemptMs: number
}

const MAX_PATIENCE_MS = 600_000

/**
 * The limits of an LLM's attempts: its `timeout` for the whole, 10 s for the connection, 60 s between two pieces, and 120 s
 * for the first byte — unless the flow allows an attempt more than ten minutes: who writes that expects a slow start.
 */
export function timeLimitsOf(config: LlmConfig): TimeLimits {
  return {
    connectMs: 10_000,
    firstByteMs: config.timeoutMs > MAX_PATIENCE_MS ? config.timeoutMs : 120_000,
    idleMs: 60_000,
    attemptMs: config.timeoutMs,
  }
}
