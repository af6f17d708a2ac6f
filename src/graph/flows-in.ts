import type { Flow, Step, Tool } from '../flow/flow.ts'

/** The flows that run inside a step: its own, or those that are tools of its model. */
export function flowsIn(step: Step): readonly Flow[] {
  if (step.kind === 'flow') return [step.flow]
  if (step.kind !== 'llm') return []
  return step.tools.flatMap(({ action }) => (action.kind === 'flow' ? [action.flow] : []))
}

/** The same step with other flows inside it. */
export function withFlows(step: Step, other: (flow: Flow) => Flow): Step {
  if (step.kind === 'flow') return { ...step, flow: other(step.flow) }
  if (step.kind !== 'llm' || flowsIn(step).length === 0) return step
  const tools = step.tools.map((tool): Tool => {
    const { action } = tool
    return action.kind === 'flow' ? { ...tool, action: { ...action, flow: other(action.flow) } } : tool
  })
  return { ...step, tools }
}
