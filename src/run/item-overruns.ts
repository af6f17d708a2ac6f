import type { Flow } from '../flow/flow.ts'
import type { RunProblem } from './refusal.ts'
import type { Units } from './units.ts'

/** The steps that have more items than one may have. */
export function* itemOverruns(flow: Flow, { itemCounts }: Units, maxItems: number): Generator<RunProblem> {
  for (const [position, step] of flow.steps.entries()) {
    const count = itemCounts[position]
    if (count === undefined || count <= maxItems) continue
    const message = `step "${step.id}" has ${count} items, and a step may have ${maxItems}`
    yield { code: 'too-many-items', message, help: `if that is meant, run with --max-items ${count}` }
  }
}
