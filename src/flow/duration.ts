const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const

/** The longest wait a timer can hold; beyond it Node fires at once. */
export const LONGEST_MS = 2 ** 31 - 1

/** Milliseconds of `500ms`, `60s`, `10m` or `1h`, at most what a timer can hold; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/.exec(text)
  const unit = match?.[2]
  if (match === null || (unit !== 'ms' && unit !== 's' && unit !== 'm' && unit !== 'h')) return undefined
  return Math.min(Number(match[1]) * unitMs[unit], LONGEST_MS)
}
