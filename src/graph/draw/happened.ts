import type { Graph } from '../graph.ts'
import { criticalPath } from '../order.ts'

/** What became of a flow's steps in one run, as far as a drawing shows it. */
export interface Happened {
  readonly status: 'succeeded' | 'failed' | 'partial' | 'over_budget' | 'cancelled'
  /** How long the run took. */
  readonly seconds: number
  /** By node; undefined for a step over an empty list. */
  readonly steps: readonly (StepHappened | undefined)[]
  /** The nodes that decided how long it took, first to last. */
  readonly path: readonly number[]
}

/** Of a step with items: the worst of their outcomes, from the start of the first to the end of the last. */
export interface StepHappened {
  readonly status: 'succeeded' | 'failed' | 'skipped' | 'blocked' | 'cancelled'
  /** Since the run started; undefined for a step that never ran. */
  readonly startSeconds: number | undefined
  readonly seconds: number | undefined
  readonly items: number
  readonly itemsSucceeded: number
  /** The model that it called, which an option may have changed; undefined for a step that called none. */
  readonly model?: string | undefined
}

/** The path that is marked: the one that happened, or without a run the longest one. */
export function markedPath(graph: Graph, happened: Happened | undefined): readonly number[] {
  return happened === undefined ? criticalPath(graph) : happened.path
}

/** `1.20s`, or `failed after 0.20s`, or only the status of a step that never ran; 3 of 5 where items differ. */
export function outcomeText({ status, seconds, items, itemsSucceeded }: StepHappened): string {
  const time = seconds === undefined ? '' : secondsText(seconds)
  if (status === 'succeeded') return time
  const word = items > 1 && itemsSucceeded > 0 ? `${items - itemsSucceeded} of ${items} ${status}` : status
  return time === '' ? word : `${word} after ${time}`
}

/** `succeeded after 8.41s`. */
export function runText({ status, seconds }: Happened): string {
  return `${status} after ${secondsText(seconds)}`
}

/** `1.20s`. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(2)}s`
}
