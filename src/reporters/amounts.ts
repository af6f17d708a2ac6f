import type { TokenUsage } from '../run/events.ts'

/** `1.20s` from seconds. */
export function secondsText(seconds: number): string {
  return `${seconds.toFixed(2)}s`
}

/** `$0.0021`. */
export function dollarsText(dollars: number): string {
  return `$${dollars.toFixed(4)}`
}

/** `1 call`, `9 calls`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

/** What went in and what came out, together. */
export function tokensOf(usage: TokenUsage): number {
  return usage.input_tokens + usage.output_tokens
}
