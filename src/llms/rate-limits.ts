/** What is left of one limit, as a server tells with an answer. */
export interface RateLimit {
  readonly remaining: number
  /** How much there is at the most; undefined where that is not told. */
  readonly limit: number | undefined
  /** Milliseconds until all of it is there again, at most a day. */
  readonly resetMs: number
  /** Whether it comes back little by little, or all at once when the time is over. */
  readonly refill: 'steady' | 'at-once'
}

export interface RateLimits {
  readonly requests?: RateLimit
  readonly tokens?: RateLimit
}

type Header = (name: string) => string | null

/** Names of the headers of one kind of limit, and how it comes back; undefined: as its reset is written. */
interface Family {
  readonly remaining: string
  readonly limit: string
  readonly reset: string
  readonly refill?: RateLimit['refill']
}

const DAY_MS = 24 * 60 * 60 * 1000

/** OpenAI, Groq and Azure write the first; Mistral and Cerebras name the minute. Limits of a day are left to refusals. */
const families: Readonly<Record<keyof RateLimits, readonly Family[]>> = {
  requests: [
    openAi('-requests'),
    anthropic('requests'),
    openAi('-req-minute'),
    openAi('-requests-minute'),
    openAi(''),
    { remaining: 'ratelimit-remaining', limit: 'ratelimit-limit', reset: 'ratelimit-reset' },
  ],
  tokens: [openAi('-tokens'), anthropic('tokens'), openAi('-tokens-minute')],
}

function openAi(suffix: string): Family {
  return {
    remaining: `x-ratelimit-remaining${suffix}`,
    limit: `x-ratelimit-limit${suffix}`,
    reset: `x-ratelimit-reset${suffix}`,
  }
}

function anthropic(kind: string): Family {
  const name = `anthropic-ratelimit-${kind}`
  return { remaining: `${name}-remaining`, limit: `${name}-limit`, reset: `${name}-reset`, refill: 'steady' }
}

/**
 * The limits that the head of an answer tells; undefined where it tells none that can be used: a number that is none, a
 * rest without a time, a time that is over or further off than a day. `nowMs`: the wall clock, for those that are dates.
 */
export function rateLimitsIn(header: Header, nowMs: number): RateLimits | undefined {
  const requests = limitIn(families.requests, header, nowMs)
  const tokens = limitIn(families.tokens, header, nowMs)
  if (requests === undefined && tokens === undefined) return undefined
  return { ...(requests === undefined ? {} : { requests }), ...(tokens === undefined ? {} : { tokens }) }
}

function limitIn(known: readonly Family[], header: Header, nowMs: number): RateLimit | undefined {
  for (const family of known) {
    const remaining = count(header(family.remaining))
    const reset = remaining === undefined ? undefined : resetIn(header(family.reset), nowMs)
    if (remaining === undefined || reset === undefined) continue
    const limit = count(header(family.limit))
    // Azure sends a limit of -1 where it has none to tell.
    if (header(family.limit)?.trim().startsWith('-') === true) continue
    const refill = family.refill ?? reset.refill
    return { remaining, limit: limit === 0 ? undefined : limit, resetMs: reset.ms, refill }
  }
  return undefined
}

function count(written: string | null): number | undefined {
  return written !== null && /^\s*\d{1,15}\s*$/.test(written) ? Number(written) : undefined
}

/**
 * `6m0s` is the way of servers whose limits fill up little by little; numbers are seconds, or a time since 1970 in seconds
 * or milliseconds.
 */
function resetIn(
  written: string | null,
  nowMs: number,
): { readonly ms: number; readonly refill: RateLimit['refill'] } | undefined {
  const text = written?.trim() ?? ''
  if (text === '' || text.length > 60) return undefined
  const duration = durationMs(text)
  const ms = duration ?? untilMs(text, nowMs)
  if (ms === undefined || !(ms > 0 && ms <= DAY_MS)) return undefined
  return { ms, refill: duration === undefined ? 'at-once' : 'steady' }
}

function untilMs(text: string, nowMs: number): number | undefined {
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return Date.parse(text) - nowMs
  if (!/^\d{1,15}(\.\d+)?$/.test(text)) return undefined
  const number = Number(text)
  if (number > 1e12) return number - nowMs
  return number > 1e9 ? number * 1000 - nowMs : number * 1000
}

const unitMs: ReadonlyMap<string, number> = new Map([
  ['d', DAY_MS],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
  ['us', 1e-3],
  ['µs', 1e-3],
  ['ns', 1e-6],
])

/** `1h2m3.5s`, `120ms`; undefined for anything else. */
function durationMs(text: string): number | undefined {
  if (!/^(\d{1,9}(\.\d{1,12})?(d|h|ms|m|s|us|µs|ns))+$/.test(text)) return undefined
  let ms = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)) {
    ms += Number(number) * (unitMs.get(unit ?? '') ?? Number.NaN)
  }
  return ms
}
