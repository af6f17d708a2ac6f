import type { LlmStep } from '../flow/flow.ts'
import type { ReadyLlm } from '../steps/step-run.ts'
import type { Budget } from './budget.ts'
import { budgetedLlm } from './budgeted-llm.ts'
import type { Memory } from './memory.ts'
import { recordedLlm, type Recordings } from './recorded-llm.ts'
import { isShared, rememberingLlm } from './remembering-llm.ts'

interface Knowledge {
  /** Name of the flow. */
  readonly flow: string
  /** Id of the step, with those around it. */
  readonly id: string
  readonly budget: Budget | undefined
  readonly memory: Memory | undefined
  readonly recordings: Recordings | undefined
}

/** The LLM as a step sees it: within the budget, not asked what it has answered before, and recorded. */
export function knownLlm(
  step: LlmStep,
  ready: ReadyLlm,
  { flow, id, budget, memory, recordings }: Knowledge,
): ReadyLlm {
  const { llm: config } = step
  const { endpoint } = ready
  let llm = budget === undefined ? ready.llm : budgetedLlm(ready.llm, config, budget)
  if (memory !== undefined)
    llm = rememberingLlm(llm, { config, endpoint, step: id, isShared: isShared(step), memory })
  if (recordings !== undefined) llm = recordedLlm(llm, { config, flow, step: id, recordings })
  return { ...ready, llm }
}
