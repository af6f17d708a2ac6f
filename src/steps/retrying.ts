import { retryDelay } from '../llms/retry.ts'
import type { Json } from '../source/json.ts'
import type { RunError } from '../run/events.ts'
import { attemptFinished } from './attempt.ts'
import { frozen } from './functions/frozen.ts'
import { abortedAttempt, abortedOutcome } from './given-up.ts'
import type { Outcome, StepContext } from './step-run.ts'

/** What a piece of code of the user's gave, or why it gave nothing. */
export type Made =
  { readonly ok: true; readonly value: Json } | { readonly ok: false; readonly error: RunError }

interface Work {
  readonly step: { readonly id: string; readonly maxRetries: number }
  /** All that the answer depends on. */
  readonly parts: Json
  /** One attempt. Rejects only when the step's signal is aborted. */
  readonly make: () => Promise<Made>
}

/** Thrown through whoever asks for an answer that there is none. */
class NothingMade extends Error {
  override readonly name = 'NothingMade'
  readonly error: RunError

  constructor(error: RunError) {
    super(error.message)
    this.error = error
  }
}

/**
 * Has something made that no model makes, unless an earlier session of the run has its answer; tries again as often as the
 * step says. Attempts are told only where there may be several. Never rejects for what the code or an abort does.
 */
export async function makeWithRetries({ step, parts, make }: Work, context: StepContext): Promise<Outcome> {
  let attempt = 1
  try {
    const made = await context.ask(parts, async () => {
      for (;;) {
        const { made, waitMs } = await makeOnce({ step, make, attempt }, context)
        if (made.ok) return made.value
        if (waitMs === undefined) throw new NothingMade(made.error)
        await context.world.clock.sleep(waitMs, context.signal)
        attempt++
      }
    })
    // What an earlier session has left is as fixed as what this one makes.
    return { ok: true, value: frozen(made), generated: null, note: null }
  } catch (error) {
    if (error instanceof NothingMade) return { ok: false, error: error.error, generated: null }
    if (context.signal.aborted) return abortedOutcome({ step, attempt, truncated: null }, context.signal)
    throw error
  }
}

async function makeOnce(
  { step, make, attempt }: Omit<Work, 'parts'> & { readonly attempt: number },
  context: StepContext,
): Promise<{ readonly made: Made; readonly waitMs: number | undefined }> {
  const { signal, world, emit } = context
  const { maxRetries } = step
  const finish = (error: RunError | null, waitMs: number | undefined): void => {
    if (maxRetries > 0) emit(attemptFinished({ context, attempt, error, wait: waitMs ?? null, cost: 0 }))
  }
  signal.throwIfAborted()
  if (maxRetries > 0) {
    emit({ type: 'attempt-started', at: context.at(), step: context.id, attempt, max_tokens: null })
  }
  try {
    const made = await make()
    const error = { retryable: !made.ok, retryAfterMs: undefined }
    const waitMs = retryDelay({ error, attempt, maxRetries, random: world.random })
    finish(made.ok ? null : made.error, waitMs)
    return { made, waitMs }
  } catch (error) {
    if (signal.aborted) finish(abortedAttempt(signal), undefined)
    throw error
  }
}
