import type { Step } from '../flow/flow.ts'
import { runFlowStep } from './flow-step.ts'
import { runLlmStep } from './llm-step.ts'
import type { Outcome, StepContext } from './step-run.ts'
import { runValueStep } from './value-step.ts'

/** Runs a step of any kind. A new kind is a file beside this one and a line here. */
export function startStep(step: Step, context: StepContext): Outcome | Promise<Outcome> {
  switch (step.kind) {
    case 'llm':
      return runLlmStep(step, context)
    case 'value':
      return runValueStep(step, context)
    case 'search':
      return import('./search-step.ts').then(({ runSearchStep }) => runSearchStep(step, context))
    case 'index':
      return import('./index-step.ts').then(({ runIndexStep }) => runIndexStep(step, context))
    case 'flow':
      return runFlowStep(step, context)
    case 'function':
      return import('./function-step.ts').then(({ runFunctionStep }) => runFunctionStep(step, context))
    case 'command':
      return import('./command-step.ts').then(({ runCommandStep }) => runCommandStep(step, context))
  }
}
