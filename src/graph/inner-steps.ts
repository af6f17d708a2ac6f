import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Flow, Step } from '../flow/flow.ts'
import { countItems } from '../flow/for-each.ts'
import type { CompiledFlow } from './compile.ts'

/** Steps of a run with all the runs inside it; as many as one flow may have. */
export const MOST_STEPS = 100_000

/** Says of the step with which a flow and the flows inside it come to more steps than a run may have. */
export function checkStepCount(
  flow: Flow,
  inner: ReadonlyMap<Flow, CompiledFlow>,
  diagnosis: Diagnosis,
): void {
  let steps = 0
  for (const step of flow.steps) {
    steps += stepsOf(step, inner)
    if (steps <= MOST_STEPS || step.kind !== 'flow') continue
    const message = `with the flow inside step "${step.id}" a run has more than ${MOST_STEPS} steps`
    diagnosis.error('too-many-items', step.span, message, {
      help: 'run it for fewer items or rounds, or fewer flows inside each other',
    })
    return
  }
}

/** At least so many steps are part of a run of this flow. */
function countSteps({ flow, inner }: CompiledFlow, known: Map<Flow, number>): number {
  const before = known.get(flow)
  if (before !== undefined) return before
  const steps = flow.steps.reduce((sum, step) => sum + stepsOf(step, inner, known), 0)
  known.set(flow, steps)
  return steps
}

function stepsOf(
  step: Step,
  inner: ReadonlyMap<Flow, CompiledFlow>,
  known = new Map<Flow, number>(),
): number {
  const items = step.forEach === undefined ? 1 : (countItems(step.forEach.items) ?? 0)
  if (step.kind !== 'flow') return items
  const compiled = inner.get(step.flow)
  return items * (1 + certainRounds(step.repeat) * (compiled === undefined ? 0 : countSteps(compiled, known)))
}

/** How many rounds there are at least, if all goes well. */
export function certainRounds(repeat: { readonly until: unknown; readonly max: number } | undefined): number {
  return repeat === undefined || repeat.until !== undefined ? 1 : repeat.max
}
