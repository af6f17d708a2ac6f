import { fstatSync, statSync } from 'node:fs'
import { isatty } from 'node:tty'
import { createEventLines } from '../reporters/event-lines.ts'
import type { Reporter } from '../reporters/reporter.ts'
import { EventSink } from './event-sink.ts'
import { reasonOf } from './failure-reason.ts'
import { UsageError } from './usage-error.ts'

export interface EventsFile extends Reporter {
  /** Whether some events are missing in it. */
  readonly isBroken: boolean
}

/**
 * Writes each event when it happens. The file is opened now, so that a mistake is known before anything is paid for, and
 * emptied when a run begins: one that is refused leaves what was there.
 */
export function openEventsFile(path: string, redact: (text: string) => string): EventsFile {
  if (path === '') throw new UsageError('option "--events" needs the name of a file')
  if (isStdout(path)) {
    throw new UsageError(
      `events file "${path}" is standard output, which the result goes to`,
      'name a file, or /dev/stderr together with --quiet',
    )
  }
  let sink: EventSink
  try {
    sink = new EventSink(path)
  } catch (error) {
    throw new UsageError(`events file "${path}" cannot be written: ${reasonOf(error)}`)
  }
  let isGone = false
  let isBroken = false
  let isLast = false
  const lines = createEventLines((line) => {
    if (isGone) return
    try {
      sink.write(redact(line))
      if (isLast) sink.finish()
    } catch (error) {
      isGone = true
      // A reader that has had enough is no mistake.
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return
      isBroken = true
      throw new Error(`events file "${path}" cannot be written: ${reasonOf(error)}`, { cause: error })
    }
  })
  return {
    onEvent(event) {
      if (event.type === 'run-started') sink.empty()
      isLast = event.type === 'run-finished'
      lines.onEvent(event)
    },
    end: () => sink.close(),
    get isBroken() {
      return isBroken
    },
  }
}

/** Whether it is where the result goes: the two would be mixed. /dev/null and its like take both. */
function isStdout(path: string): boolean {
  try {
    const facts = statSync(path)
    const stdout = fstatSync(1)
    if (stdout.isCharacterDevice() && !isatty(1)) return false
    return facts.dev === stdout.dev && facts.ino === stdout.ino
  } catch {
    return false
  }
}
