import type { Lane } from '../llms/lane.ts'
import { LlmError } from '../llms/llm.ts'
import { retryDelay } from '../llms/retry.ts'
import type { AttemptFinished, RunError } from '../run/events.ts'
import { attemptError } from './attempt.ts'
import { abortedAttempt, abortedOutcome, callLimit, withoutRetries } from './given-up.ts'
import type { Outcome, StepContext } from './step-run.ts'

/** What is written down of an attempt that succeeded. */
interface Told {
  readonly model?: string | undefined
  readonly requestId?: string | undefined
  readonly inputTokens?: number | undefined
  /** Dollars; null when the price or the usage is not known. */
  readonly cost: number | null
}

interface Call<T> {
  /** One attempt. Rejects with an `LlmError`, or when the signal is aborted. */
  readonly attempt: () => Promise<T>
  readonly tell: (made: T) => Told
  /** The limits that it is under, and the tokens that it is reckoned with; undefined for what is no model. */
  readonly lane?: { readonly lane: Lane; readonly tokens: number }
}

/** Thrown where a step can go no further; it holds how the step ends. */
export class GivenUp extends Error {
  override readonly name = 'GivenUp'
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super(outcome.ok ? '' : outcome.error.message)
    this.outcome = outcome
  }
}

/**
 * The attempts of a step that calls several things one after the other: models for vectors, and a vector store. Numbers
 * and tells them, and tries again where that may help.
 */
export class Attempts {
  readonly #step: { readonly id: string; readonly maxRetries: number }
  readonly #context: StepContext
  #made = 0

  constructor(step: { readonly id: string; readonly maxRetries: number }, context: StepContext) {
    this.#step = step
    this.#context = context
  }

  /** What a call gives in the end. Rejects with `GivenUp`, or with what is wrong with llmflows itself. */
  async make<T>(call: Call<T>): Promise<T> {
    for (let failures = 0, waitMs = 0; ; failures += 1) {
      await this.#wait(waitMs)
      // The first place is free: the scheduler has asked. Later ones may have to be waited for.
      if (this.#made > 0) await this.#untilFree(call)
      if (call.lane !== undefined && !this.#context.takeCall()) throw new GivenUp(callLimit(null))
      const made = await this.#attempt(call, failures)
      if ('value' in made) return made.value
      ;({ waitMs } = made)
    }
  }

  async #untilFree<T>({ lane }: Call<T>): Promise<void> {
    if (lane === undefined) return
    const { clock } = this.#context.world
    for (let delay = 0; (delay = lane.lane.startDelay(clock.now(), lane.tokens)) > 0;) await this.#wait(delay)
  }

  async #wait(ms: number): Promise<void> {
    const { world, signal } = this.#context
    if (signal.aborted) throw this.#aborted()
    if (ms <= 0) return
    try {
      await world.clock.sleep(ms, signal)
    } catch {
      throw this.#aborted()
    }
  }

  async #attempt<T>(
    { attempt, tell, lane }: Call<T>,
    failures: number,
  ): Promise<{ readonly value: T } | { readonly waitMs: number }> {
    const { world, signal, emit, at, id } = this.#context
    this.#made += 1
    const number = this.#made
    const slot = lane?.lane.begin(world.clock.now(), lane.tokens)
    emit({ type: 'attempt-started', at: at(), step: id, attempt: number, max_tokens: null })
    try {
      const value = await attempt()
      slot?.succeed()
      const told = tell(value)
      if (told.inputTokens !== undefined) slot?.settle(told.inputTokens)
      this.#finish(number, told, null, null)
      return { value }
    } catch (error) {
      if (signal.aborted) {
        this.#finish(number, undefined, abortedAttempt(signal), null)
        throw this.#aborted()
      }
      if (!(error instanceof LlmError)) throw error
      const attempt = failures + 1
      const waitMs = retryDelay({ error, attempt, maxRetries: this.#step.maxRetries, random: world.random })
      slot?.fail(world.clock.now(), error, waitMs)
      const isWorthIt = waitMs !== undefined && lane?.lane.takeRetry(error) !== false
      this.#finish(number, undefined, attemptError(error), isWorthIt ? waitMs : null)
      if (!isWorthIt) {
        const told = waitMs === undefined ? attemptError(error) : withoutRetries(attemptError(error))
        throw new GivenUp({ ok: false, error: told, generated: null })
      }
      return { waitMs }
    } finally {
      slot?.end()
    }
  }

  #finish(attempt: number, told: Told | undefined, error: RunError | null, wait: number | null): void {
    const { emit, at, id } = this.#context
    const tokens = told?.inputTokens
    const finished: AttemptFinished = {
      type: 'attempt-finished',
      at: at(),
      step: id,
      attempt,
      error,
      wait: wait === null ? null : Math.floor(wait * 1000) / 1000,
      finish_reason: null,
      request_id: told?.requestId ?? null,
      model: told?.model ?? null,
      usage: tokens === undefined ? null : { input_tokens: tokens, output_tokens: 0 },
      cost: told?.cost ?? null,
    }
    emit(finished)
  }

  #aborted(): GivenUp {
    const made = { step: this.#step, attempt: Math.max(1, this.#made), truncated: null }
    return new GivenUp(abortedOutcome(made, this.#context.signal))
  }
}
