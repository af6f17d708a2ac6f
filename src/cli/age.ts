import { UsageError } from './usage-error.ts'

const unitMs = { m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** Milliseconds from an age such as `30d`. Throws `UsageError`. */
export function readAge(option: string, text: string): number {
  const match = /^(\d{1,6})([mhd])$/.exec(text)
  const unit = match?.[2]
  if (match === null || (unit !== 'm' && unit !== 'h' && unit !== 'd'))
    throw new UsageError(`option "${option}" must be an age, not "${text}"`, 'write it like 12h or 30d')
  return Number(match[1]) * unitMs[unit]
}
