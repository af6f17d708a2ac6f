import type { RunResult } from '../run/result.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'

const MOST_FAILURES = 10

/** What a person must know after a run that was not told event by event: why steps failed, what to know about answers. */
export function tellAftermath(result: RunResult, io: Io): void {
  const failures = new Map<string, { readonly ids: string[]; readonly help: string | undefined }>()
  const notes = new Set<string>()
  for (const [id, { status, error, note }] of Object.entries(result.steps)) {
    if (note !== null) notes.add(note)
    if (status !== 'failed' || error === null) continue
    const same = failures.get(error.message)
    if (same === undefined) failures.set(error.message, { ids: [id], help: error.help })
    else same.ids.push(id)
  }
  for (const note of notes) say(io, 'note', note)
  for (const [message, { ids, help }] of [...failures].slice(0, MOST_FAILURES)) {
    const more = ids.length === 1 ? '' : ` and ${ids.length - 1} more`
    say(io, 'error', `step "${ids[0] ?? ''}"${more} failed: ${message}`, help)
  }
  if (failures.size > MOST_FAILURES)
    say(io, 'error', `${failures.size - MOST_FAILURES} other failures are in the result`)
}
