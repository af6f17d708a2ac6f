import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { createEventLines } from '../reporters/event-lines.ts'
import type { Reporter } from '../reporters/reporter.ts'
import { reasonOf } from './output-file.ts'
import { UsageError } from './usage-error.ts'

/**
 * Writes each event when it happens. The file is opened now, so that a mistake is known before anything is paid for, and
 * emptied when a run begins: one that is refused leaves what was there.
 */
export function openEventsFile(path: string, redact: (text: string) => string): Reporter {
  let file: number
  try {
    file = openSync(path, 'a')
  } catch (error) {
    throw new UsageError(`events file "${path}" cannot be written: ${reasonOf(error)}`)
  }
  let isGone = false
  const lines = createEventLines((line) => {
    if (isGone) return
    try {
      writeWhole(file, Buffer.from(redact(line)))
    } catch (error) {
      isGone = true
      // A reader that has had enough is no mistake.
      if (error instanceof Error && 'code' in error && error.code === 'EPIPE') return
      throw new Error(`events file "${path}" cannot be written: ${reasonOf(error)}`, { cause: error })
    }
  })
  return {
    onEvent(event) {
      if (event.type === 'run-started' && fstatSync(file).isFile()) ftruncateSync(file)
      lines.onEvent(event)
    },
    end: () => closeSync(file),
  }
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written)
}
