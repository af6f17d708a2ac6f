import { errorText } from '../reporters/outcome.ts'
import type { RunResult } from '../run/result.ts'
import type { Io } from './io.ts'
import { say } from './message.ts'
import type { RunTexts } from './run-options.ts'

const MOST_FAILURES = 10

/** What a person must know after a run that was not told event by event: why steps failed, what to know about answers. */
export function tellAftermath(result: RunResult, { timeout }: RunTexts, io: Io): void {
  const failures = new Map<string, { readonly ids: string[]; readonly help: string | undefined }>()
  const notes = new Map<string, string[]>()
  for (const [id, { status, error, note }] of Object.entries(result.steps)) {
    if (note !== null) {
      const noted = notes.get(note)
      if (noted === undefined) notes.set(note, [id])
      else noted.push(id)
    }
    if (status !== 'failed' || error === null) continue
    const same = failures.get(error.message)
    if (same === undefined) failures.set(error.message, { ids: [id], help: error.help })
    else same.ids.push(id)
  }
  for (const [note, ids] of notes) say(io, 'note', `${stepsNamed(ids)}: ${note}`)
  for (const [message, { ids, help }] of [...failures].slice(0, MOST_FAILURES)) {
    say(io, 'error', `${stepsNamed(ids)} failed: ${errorText(message)}`, help)
  }
  if (failures.size > MOST_FAILURES)
    say(io, 'error', `${failures.size - MOST_FAILURES} other failures are in the result`)
  const late = Object.values(result.steps).filter(({ status }) => status === 'cancelled').length
  if (result.reason === 'timeout' && timeout !== undefined)
    say(io, 'error', `the run took longer than ${timeout}; ${stepsText(late)} cancelled`)
}

/** How far a run came that somebody interrupted, and where what there is of it went. */
export function interruptedText({ steps }: RunResult, { output, select }: RunTexts): string {
  const all = Object.values(steps)
  const done = all.filter(({ status }) => status === 'succeeded').length
  const what = select === undefined ? 'the result' : `"${select}"`
  return `cancelled: ${done} of ${stepsText(all.length)} done; ${what} is ${output === undefined ? 'on stdout' : `in ${output}`}`
}

function stepsNamed(ids: readonly string[]): string {
  return `step "${ids[0] ?? ''}"${ids.length === 1 ? '' : ` and ${ids.length - 1} more`}`
}

function stepsText(count: number): string {
  return `${count} ${count === 1 ? 'step' : 'steps'}`
}
