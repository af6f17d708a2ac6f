import type { RunError } from '../run/events.ts'
import type { Outcome } from './step-run.ts'
import { StepTimeout } from './step-timeout.ts'

interface GivenUp {
  readonly step: { readonly id: string }
  readonly attempt: number
  readonly truncated: string | null
}

/** The code of a step that may make no more calls. */
export const CALL_LIMIT = 'call-limit'

/** How a step ends that may make no more calls. `generated`: what there is of an answer. */
export function callLimit(generated: string | null): Outcome {
  const message = 'the run has made as many model calls as it may'
  return {
    ok: false,
    error: { code: CALL_LIMIT, message, help: 'raise the limit with --max-calls' },
    generated,
  }
}

/** How a step ends whose signal was aborted: by its own time limit it has failed; for any other reason the run is being stopped. */
export function abortedOutcome({ step, attempt, truncated }: GivenUp, { reason }: AbortSignal): Outcome {
  if (!(reason instanceof StepTimeout)) {
    return { ok: false, error: { code: 'cancelled', message: 'the run was stopped' }, generated: truncated }
  }
  const limit = `its limit of ${reason.limitMs / 1000} s`
  const message = `step "${step.id}" took longer than ${limit}, in attempt ${attempt}`
  return { ok: false, error: { code: 'timeout', message, help: 'raise its "timeout"' }, generated: truncated }
}

/** How the attempt ends that an abort has broken off. */
export function abortedAttempt({ reason }: AbortSignal): RunError {
  return reason instanceof StepTimeout
    ? { code: 'timeout', message: 'the time of the step was over before the answer was whole' }
    : { code: 'cancelled', message: 'stopped before the answer was whole' }
}

/** An error after which another attempt might have helped, for which the run has no retries left. */
export function withoutRetries(error: RunError): RunError {
  const why =
    'not tried again: the run has used up its retries at this server, where hardly any call succeeds'
  return { ...error, help: error.help === undefined ? why : `${why}; ${error.help}` }
}
