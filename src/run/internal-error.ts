import type { RunResult } from './result.ts'

/** llmflows itself is wrong, and a run was given up for it. What the run had come to until then is not lost. */
export class InternalError extends Error {
  override readonly name = 'InternalError'
  /** Steps that had not ended count as cancelled. */
  readonly result: RunResult

  constructor(cause: unknown, result: RunResult) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.result = result
  }
}
