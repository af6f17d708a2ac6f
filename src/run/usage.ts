import type { AttemptFinished, TokenUsage } from './events.ts'

/** What a run's calls took. */
export interface RunUsage extends TokenUsage {
  /** Attempts that were started. */
  readonly calls: number
  /** Dollars; null when no call has a known cost, 0 when there were no calls. */
  readonly cost: number | null
  /** Calls whose cost is not known. One that the server turned down with an HTTP status costs nothing. */
  readonly unpriced_calls: number
}

type Finished = Pick<AttemptFinished, 'usage' | 'cost' | 'error'>

/** Tokens of all attempts together; null when none reported any. */
export function tokensOf(finished: readonly Finished[]): TokenUsage | null {
  let input = 0
  let output = 0
  let known = false
  for (const { usage } of finished) {
    if (usage === null) continue
    known = true
    input += usage.input_tokens
    output += usage.output_tokens
  }
  return known ? { input_tokens: input, output_tokens: output } : null
}

/** Dollars for `calls` attempts, of which those in `finished` have ended. */
export function costOf(
  finished: readonly Finished[],
  calls: number,
): Pick<RunUsage, 'cost' | 'unpriced_calls'> {
  let dollars = 0
  let priced = 0
  for (const { cost, error } of finished) {
    if (cost === null && (error?.http_status ?? 0) < 400) continue
    priced++
    dollars += cost ?? 0
  }
  // Sums of fractions of a cent carry noise in their last binary digits.
  const cost = priced === 0 && calls > 0 ? null : Math.round(dollars * 1e10) / 1e10
  return { cost, unpriced_calls: calls - priced }
}
