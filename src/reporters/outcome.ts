import type { AttemptFinished, CancelReason } from '../run/events.ts'
import { elided, visible, visibleLine } from '../source/visible.ts'

export const cancelledText: Readonly<Record<CancelReason, string>> = {
  'interrupted': 'cancelled: interrupted',
  'timeout': 'cancelled: the time limit of the run passed',
  'fail-fast': 'cancelled: another step failed',
  'internal-error': 'cancelled: llmflows itself is wrong',
}

/** Steps that are named as the cause; a wide `for_each` may have thousands. */
const namedCauses = 3

export function blockedText(causes: readonly string[]): string {
  const named = causes.slice(0, namedCauses).map((name) => `"${name}"`)
  if (causes.length > namedCauses) named.push(`${causes.length - namedCauses} more`)
  return `blocked: ${named.join(', ')} did not succeed`
}

/** Why a step did not run: its condition, or what it cannot do without. */
export function skippedText(condition: string | null, causes: readonly string[]): string {
  if (condition !== null) return `skipped: not ${visibleLine(elided(condition, MOST_OF_ERROR))}`
  const named = causes.slice(0, namedCauses).map((name) => `"${name}"`)
  if (causes.length > namedCauses) named.push(`${causes.length - namedCauses} more`)
  return `skipped: ${named.join(', ')} ${causes.length === 1 ? 'was' : 'were'} skipped`
}

/** What a server said may be long; all of it is in the result. */
const MOST_OF_ERROR = 200

/** Why a step failed, on a line. */
export function errorText(message: string): string {
  return visibleLine(elided(message, MOST_OF_ERROR))
}

/** For an attempt that failed and is followed by another; undefined for any other. */
export function retryText({ attempt, error, wait }: AttemptFinished): string | undefined {
  if (error === null || wait === null) return undefined
  return `attempt ${attempt} failed: ${errorText(error.message)}, again in ${(wait / 1000).toFixed(1)}s`
}

/** `label: text`, further lines of the text aligned with its first. */
export function labelledLines(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = visible(text).split('\n')
  const indent = ' '.repeat(label.length + 2)
  return [`${label}: ${first}`, ...rest.map((line) => (line === '' ? '' : indent + line))]
}
