import { closest } from '../diagnostics/closest.ts'
import { parseDuration } from '../flow/duration.ts'
import type { RunTexts } from './run-options.ts'
import { UsageError } from './usage-error.ts'

export interface Limits {
  readonly maxConcurrency?: number
  readonly maxCalls?: number
  readonly maxTokens?: number
  readonly maxCost?: number
  readonly maxItems?: number
  readonly maxFlowBytes?: number
  readonly timeoutMs?: number
}

/** Checks the options that need no flow, and reads their numbers. Throws `UsageError` for the first that is wrong. */
export function readLimits(texts: RunTexts): Limits {
  const { color, raw, select, quiet, verbose } = texts
  if (color !== undefined && !colours.includes(color)) {
    const guess = closest(color, colours)
    throw new UsageError(
      `option "--color" must be auto, always or never, not "${color}"`,
      guess === undefined ? undefined : `did you mean "${guess}"?`,
    )
  }
  if (quiet === true && verbose === true) throw new UsageError('"--quiet" and "--verbose" exclude each other')
  if (raw === true && select === undefined) {
    throw new UsageError('"--raw" prints one text', 'say which: --select outputs.NAME --raw')
  }
  if (texts.events === '-')
    throw new UsageError(
      '"--events -" would write the events into the result',
      'name a file; on a terminal, --verbose shows what happens',
    )
  for (const host of texts.allowHost ?? []) refuseUrl(host)
  return {
    ...numbers({
      maxConcurrency: count('--max-concurrency', texts.maxConcurrency),
      maxCalls: count('--max-calls', texts.maxCalls),
      maxTokens: count('--max-tokens', texts.maxTokens),
      maxCost: dollars(texts),
      maxItems: count('--max-items', texts.maxItems),
      maxFlowBytes: count('--max-flow-bytes', texts.maxFlowBytes),
      timeoutMs: duration('--timeout', texts.timeout),
    }),
  }
}

/** A host is allowed for any path and any scheme; a URL would promise more than is looked at. */
function refuseUrl(host: string): void {
  if (!host.includes('/')) return
  const name = URL.canParse(host) ? new URL(host).host : host.replace(/\/.*/s, '')
  throw new UsageError(
    `option "--allow-host" takes a host, not "${host}"`,
    name === '' ? 'such as --allow-host models.example' : `write --allow-host ${name}`,
  )
}

const colours: readonly string[] = ['auto', 'always', 'never']

/** Without the options that were not given. */
function numbers(given: Readonly<Record<keyof Limits, number | undefined>>): Limits {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
}

function count(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (/^\d{1,15}$/.test(text) && Number(text) > 0) return Number(text)
  throw new UsageError(`option "${option}" must be a whole number from 1 on, not "${text}"`)
}

/** Throws `UsageError` for what is no amount. */
export function dollars({
  maxCost,
  allowUnpriced,
}: Pick<RunTexts, 'maxCost' | 'allowUnpriced'>): number | undefined {
  if (maxCost === undefined) {
    if (allowUnpriced === true) throw new UsageError('"--allow-unpriced" only makes sense with "--max-cost"')
    return undefined
  }
  if (/^\$?\d{1,9}(\.\d{1,9})?$/.test(maxCost)) return Number(maxCost.replace('$', ''))
  throw new UsageError(
    `option "--max-cost" must be an amount in dollars, not "${maxCost}"`,
    'write it like --max-cost 0.50',
  )
}

function duration(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms === undefined || ms === 0) {
    throw new UsageError(
      `option "${option}" must be a time, not "${text}"`,
      'write it like 500ms, 90s, 10m or 1h',
    )
  }
  return ms
}
