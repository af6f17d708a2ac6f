/** What a process was told by a server, in times of the wall clock, which all processes of a machine share. */
export interface SlowedAt {
  readonly atMs: number
  readonly untilMs: number
  readonly gapMs: number
}

/** Nobody is kept waiting longer by what a file says. */
const MOST_PAUSE_MS = 60_000
const MOST_GAP_MS = 10_000

/** The text of the file by which a process tells that it is there and what it was told; nothing yet where that is undefined. */
export function slowedText(slowed: SlowedAt | undefined): string {
  const { atMs, untilMs, gapMs } = slowed ?? {}
  return `${JSON.stringify({ llmflows: 1, at: atMs, until: untilMs, gap_ms: gapMs })}\n`
}

/** What such a file says; undefined for nothing, and for whatever is damaged, of another version or out of bounds. */
export function readSlowed(text: string): SlowedAt | undefined {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof read !== 'object' || read === null) return undefined
  const { llmflows, at, until, gap_ms: gap } = read as Readonly<Record<string, unknown>>
  if (llmflows !== 1 || !isTime(at) || !isTime(until) || !isTime(gap)) return undefined
  if (until - at > MOST_PAUSE_MS || until < at || gap > MOST_GAP_MS) return undefined
  return { atMs: at, untilMs: until, gapMs: gap }
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0
}
