/** What the world outside gives to a run. Handed in at the edge, so that a test can hold it still. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  /** Uniform in [0, 1). */
  readonly random: () => number
}

export interface Clock {
  /** Milliseconds on a monotonic clock. */
  now(): number
  /** Wall clock, for stamps only, never for durations. */
  date(): Date
  /** Resolves after `ms`; rejects with the signal's reason when that is aborted first. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}
