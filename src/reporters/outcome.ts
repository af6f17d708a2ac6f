import type { AttemptFinished, CancelReason, RunError } from '../run/events.ts'
import { visible, visibleLine } from '../source/visible.ts'

export const cancelledText: Readonly<Record<CancelReason, string>> = {
  'interrupted': 'cancelled: interrupted',
  'timeout': 'cancelled: the time limit of the run passed',
  'fail-fast': 'cancelled: another step failed',
}

/** Steps that are named as the cause; a wide `for_each` may have thousands. */
const namedCauses = 3

export function blockedText(causes: readonly string[]): string {
  const named = causes.slice(0, namedCauses).map((name) => `"${name}"`)
  if (causes.length > namedCauses) named.push(`${causes.length - namedCauses} more`)
  return `blocked: ${named.join(', ')} did not succeed`
}

/** For an attempt that failed and is followed by another; undefined for any other. */
export function retryText({ attempt, error, wait }: AttemptFinished): string | undefined {
  if (error === null || wait === null) return undefined
  return `attempt ${attempt} failed: ${visibleLine(error.message)}, again in ${(wait / 1000).toFixed(1)}s`
}

export function helpLines({ help }: RunError): readonly string[] {
  if (help === undefined) return []
  const [first = '', ...rest] = visible(help).split('\n')
  return [`help: ${first}`, ...rest.map((line) => `      ${line}`)]
}
