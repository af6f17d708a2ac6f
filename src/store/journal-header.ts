import type { Json } from '../source/json.ts'

/** The first record of a journal, which every later format will have as well: it says how to read the rest. */
export interface JournalHeader {
  readonly llmflows_journal: number
  readonly run_id: string
  /** What a list of runs shows of it. */
  readonly about: Json
}

export const JOURNAL_FORMAT = 1

export function journalHeader(runId: string, about: Json): JournalHeader {
  return { llmflows_journal: JOURNAL_FORMAT, run_id: runId, about }
}

/** What a first line claims to be, whether or not its sum is right. Undefined when it claims nothing. */
export function claimedHeader(line: string): Partial<JournalHeader> | undefined {
  try {
    const value: unknown = JSON.parse(line)
    if (typeof value !== 'object' || value === null || !('record' in value)) return undefined
    const { record } = value
    if (typeof record !== 'object' || record === null) return undefined
    return typeof Reflect.get(record, 'llmflows_journal') === 'number' ? record : undefined
  } catch {
    return undefined
  }
}
