import type { Step } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'
import { variablesOf } from './variables.ts'

/** Tells that a step has started that calls no model; `request` is what it asks of something else. */
export function tellStarted(
  step: Step,
  context: StepContext,
  request?: Readonly<Record<string, Json>>,
): void {
  context.emit({
    type: 'step-started',
    at: context.at(),
    step: context.id,
    prompt_inputs: variablesOf(step, context),
    prompt_template: null,
    prompt: null,
    messages: null,
    model_config: null,
    ...(request === undefined ? {} : { request }),
  })
}
