import { connectionError } from '../llms/connection-error.ts'
import { httpError } from '../llms/http-error.ts'
import { LlmError } from '../llms/llm.ts'

/** A service's own client neither ends by itself nor says in time that nothing comes. */
export const CALL_MS = 120_000

interface ClientCall {
  /** Where the service is, for messages. */
  readonly origin: string
  readonly signal: AbortSignal
  /** Takes the secrets out of a message. */
  readonly redact: (text: string) => string
}

/**
 * One call of a service's own client, its failures told like those of every other call. Ends at once when the signal is
 * aborted, and after two minutes in any case. The work is given a signal for both.
 */
export async function callClient<T>(
  { origin, signal, redact }: ClientCall,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CALL_MS)])
  let onAbort: (() => void) | undefined
  const stopped = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(limit.reason)
    limit.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work(limit), stopped])
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (limit.aborted) {
      const message = `${origin} did not answer within ${CALL_MS / 1000} s`
      throw new LlmError('timeout', message, { retryable: true })
    }
    throw error instanceof LlmError ? error : told(error, origin, redact)
  } finally {
    if (onAbort !== undefined) limit.removeEventListener('abort', onAbort)
  }
}

function told(error: unknown, origin: string, redact: (text: string) => string): LlmError {
  if (!(error instanceof Error))
    return new LlmError('bad-response', `${origin}: ${redact(String(error))}`, { retryable: false })
  const status = statusOf(error)
  if (status !== undefined) {
    const said = 'data' in error ? messageIn(error.data) : error.message
    return httpError({ origin, status, error: said, header: () => null, nowMs: 0, redact })
  }
  // What `fetch` fails with is in the cause.
  const { cause } = error
  if (error instanceof TypeError && cause instanceof Error) {
    if (/redirect/i.test(cause.message)) {
      const message = `${origin} answered with a redirect; redirects are not followed, for the key's sake`
      return new LlmError('request-refused', message, { retryable: false })
    }
    return connectionError(cause, origin)
  }
  return new LlmError('bad-response', `${origin}: ${redact(error.message).slice(0, 400)}`, {
    retryable: false,
  })
}

const byName: Readonly<Record<string, number>> = {
  PineconeAuthorizationError: 401,
  PineconeBadRequestError: 400,
  PineconeNotFoundError: 404,
  PineconeConflictError: 409,
  PineconeInternalServerError: 500,
  PineconeUnavailableError: 503,
  PineconeMaxRetriesExceededError: 503,
  QdrantClientResourceExhaustedError: 429,
}

/** The HTTP status that an error of a client stands for; undefined when it stands for none. */
export function statusOf(error: Error): number | undefined {
  if ('status' in error && typeof error.status === 'number') return error.status
  return byName[error.name]
}

/** Qdrant's answers have their error in `status`. */
function messageIn(data: unknown): unknown {
  return typeof data === 'object' && data !== null && 'status' in data ? data.status : data
}
