import type { ValueStep } from '../flow/flow.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { unrenderable, type Outcome, type StepContext } from './step-run.ts'
import { tellStarted } from './started.ts'

/** Builds the value at once; a step that calls nothing waits for nothing. */
export function runValueStep(step: ValueStep, context: StepContext): Outcome {
  tellStarted(step, context)
  try {
    return { ok: true, value: evaluate(step.value, context.lookup), generated: null, note: null }
  } catch (error) {
    if (error instanceof Unrenderable) return unrenderable(error)
    throw error
  }
}
