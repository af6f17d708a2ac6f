import { LlmError } from './llm.ts'

/** Failures of a connection that another attempt does not mend. */
const LASTING = new Map([
  ['CERT_HAS_EXPIRED', 'its certificate has expired'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is self-signed (NODE_EXTRA_CA_CERTS can name yours)'],
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'its certificate is signed by an unknown authority (NODE_EXTRA_CA_CERTS can name yours)',
  ],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'its certificate cannot be verified (NODE_EXTRA_CA_CERTS can name an authority)',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'its certificate cannot be verified (NODE_EXTRA_CA_CERTS can name an authority)',
  ],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host'],
  ['EPROTO', 'it does not speak TLS there (is it http instead of https?)'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'it does not speak TLS there (is it http instead of https?)'],
  ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'it does not speak TLS there (is it http instead of https?)'],
])

const CLOSED = 'the server closed the connection without an answer'

const PASSING = new Map([
  ['ECONNREFUSED', 'connection refused (is the server running?)'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the name look-up failed'],
  ['ECONNRESET', CLOSED],
  ['EPIPE', 'the server closed the connection while the request was sent'],
  ['ETIMEDOUT', 'the connection timed out'],
  ['EHOSTUNREACH', 'no route to the host'],
  ['ENETUNREACH', 'the network is unreachable'],
  ['EMFILE', 'too many open files (lower the concurrency, or raise ulimit -n)'],
])

/**
 * What happened on the way to a server, in words. The error itself is not kept: it may hold raw bytes of the answer. Names the origin only: paths and headers may hold secrets.
 */
export function connectionError(error: Error, origin: string): LlmError {
  const code = 'code' in error ? String(error.code) : ''
  const lasting = LASTING.get(code)
  if (lasting !== undefined) {
    return new LlmError('connection-failed', `cannot talk to ${origin}: ${lasting}`, {
      retryable: false,
    })
  }
  if (code.startsWith('HPE_')) {
    return new LlmError('bad-response', `${origin} did not answer in HTTP`, { retryable: true })
  }
  const words = PASSING.get(code) ?? (error.message === '' ? code : error.message)
  return new LlmError('connection-failed', `cannot reach ${origin}: ${words}`, {
    retryable: true,
  })
}

/** The connection is gone, and no answer came and no error said why. */
export function closedWithoutAnswer(origin: string): LlmError {
  return new LlmError('connection-failed', `cannot reach ${origin}: ${CLOSED}`, { retryable: true })
}
