import type { Home } from '../store/home.ts'
import { readRun } from '../store/run-folder.ts'
import type { Json } from '../source/json.ts'
import type { RunEvent } from './events.ts'
import { createResult, type RunResult } from './result.ts'

/**
 * What a run that was kept has come to in its latest session, without what the APIs returned: a run that was cut off is
 * reported as cancelled. Undefined when it has not begun. Throws `StoreError`.
 */
export function readKeptResult(home: Home, runId: string): RunResult | undefined {
  let fold: ReturnType<typeof createResult> | undefined
  readRun(home, {
    runId,
    onRecord(record) {
      const event = eventOf(record)
      if (event?.type === 'run-started') fold = createResult({ keepRaw: false })
      if (event !== undefined) fold?.apply(event)
    },
  })
  return fold?.result()
}

/** The event that a record holds. The checksums say that it is as it was written. */
export function eventOf(record: Json): RunEvent | undefined {
  if (typeof record !== 'object' || record === null || !('event' in record)) return undefined
  return record['event'] as unknown as RunEvent
}
