import type { CancelReason } from './events.ts'

/** Why a step was cancelled, for people. Events have the word, results these. */
export const cancelledBecause: Readonly<Record<CancelReason, string>> = {
  'interrupted': 'the run was interrupted',
  'timeout': 'the time limit of the run passed',
  'fail-fast': 'another step failed, and the run was to stop at the first failure',
  'internal-error': 'llmflows itself is wrong, and the run was given up',
}
