import type { Json } from '../source/json.ts'
import type { Home } from '../store/home.ts'
import { listRuns, type RunEntry } from '../store/runs.ts'
import { UsageError } from './usage-error.ts'

/** The latest run of a flow that did not succeed. Throws `UsageError` when there is none, and `StoreError`. */
export async function unfinishedRun(home: Home, flow: string): Promise<string> {
  for (const run of await listRuns(home))
    if (run.holder === undefined && flowOf(run) === flow && !hasSucceeded(run.last)) return run.runId
  throw new UsageError(
    `there is no run of flow "${flow}" to resume in "${home.path}"`,
    'leave --resume out to start one',
  )
}

function flowOf({ about }: RunEntry): Json | undefined {
  return memberOf(about, 'flow')
}

function hasSucceeded(last: Json | undefined): boolean {
  const event = memberOf(last, 'event')
  return memberOf(event, 'type') === 'run-finished' && memberOf(event, 'status') === 'succeeded'
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key)
    ? (value as Readonly<Record<string, Json>>)[key]
    : undefined
}
