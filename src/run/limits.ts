/** The least that each number among a run's options may be. */
const least = { maxConcurrency: 1, timeoutMs: 0, maxCalls: 0, maxTokens: 0, maxCost: 0, maxItems: 0 } as const

/** Throws `RangeError` for a limit that is none: NaN, a text, or less than it may be. */
export function checkLimits(limits: { readonly [Name in keyof typeof least]?: number | undefined }): void {
  for (const [name, from] of Object.entries(least)) {
    const limit: unknown = limits[name as keyof typeof least]
    if (limit === undefined || (typeof limit === 'number' && limit >= from)) continue
    const what = typeof limit === 'number' ? limit : `a ${typeof limit}`
    throw new RangeError(`${name} must be a number from ${from} on, not ${what}`)
  }
}
