import type { AttemptFinished } from '../run/events.ts'
import { countText, dollarsText, secondsText, tokensOf } from './amounts.ts'

/** The calls of a step that is running, as far as its finish line tells of them. Times are in milliseconds. */
export interface Call {
  readonly startedAt: number
  attemptAt: number
  attempts: number
  /** Attempts that asked for tools. */
  rounds: number
  /** Attempts that failed and were to be followed by another; what follows one that did not fail is no retry. */
  failed: number
  /** Flows that were begun inside the step. */
  runs: number
  /** Of the last attempt; undefined while there is none. */
  firstTokenAfter: number | undefined
  /** Undefined as long as no attempt has reported any. */
  tokens: number | undefined
  /** Undefined as long as no attempt has a known cost. */
  dollars: number | undefined
  /** Where the last answer came from that nobody was asked for. */
  recalled: AttemptFinished['recalled']
}

export function newCall(at: number): Call {
  return {
    startedAt: at,
    attemptAt: at,
    attempts: 0,
    rounds: 0,
    failed: 0,
    runs: 0,
    firstTokenAfter: undefined,
    tokens: undefined,
    dollars: undefined,
    recalled: undefined,
  }
}

export function beginAttempt(call: Call, at: number): void {
  call.attemptAt = at
  call.attempts++
  call.firstTokenAfter = undefined
}

export function addAttempt(call: Call, { usage, cost, recalled }: AttemptFinished): void {
  call.recalled = recalled
  if (usage !== null) call.tokens = (call.tokens ?? 0) + tokensOf(usage)
  if (cost !== null) call.dollars = (call.dollars ?? 0) + cost
}

/** Counts an attempt of the step itself that has asked for tools, or has failed and is made again. */
export function countRound(call: Call, { finish_reason: reason, error, wait }: AttemptFinished): void {
  if (reason === 'tool-calls' && error === null) call.rounds++
  if (error !== null && wait !== null) call.failed++
}

const recalledTexts = {
  run: 'answered before, in this run',
  cache: 'answered by the cache',
  recording: 'answered by a recording',
} as const

/** `17 tokens  $0.0000  first token 0.31s  2 rounds  1 retry`, without what is not known. */
export function callText(call: Call): string {
  const { tokens, dollars, firstTokenAfter, attempts, rounds, failed, recalled } = call
  const parts: string[] = []
  if (tokens !== undefined) parts.push(countText(tokens, 'token'))
  if (dollars !== undefined) parts.push(dollarsText(dollars))
  if (firstTokenAfter !== undefined) parts.push(`first token ${secondsText(firstTokenAfter / 1000)}`)
  if (rounds > 0) parts.push(countText(rounds, 'round'))
  const retries = Math.min(failed, attempts - 1)
  if (retries > 0) parts.push(retries === 1 ? '1 retry' : `${retries} retries`)
  if (recalled !== undefined) parts.push(recalledTexts[recalled])
  return parts.join('  ')
}
