import type { FlowEvent, RunEvent, StepSummary } from '../run/events.ts'

/** Something that happened, in the run itself or in a flow inside it. */
export interface Happening {
  /**
   * Its ids tell where it happened: `agent/2/think` is step "think" in the second run inside step "agent". Its time is
   * that of the outermost run.
   */
  readonly event: Exclude<RunEvent, FlowEvent>
  /** The steps around it, each with the number of the run inside it, outermost first; empty in the run itself. */
  readonly around: readonly { readonly step: string; readonly run: number }[]
}

/** Takes an event out of the events that it comes in. */
export function unwrapped(told: RunEvent): Happening {
  const around: { readonly step: string; readonly run: number }[] = []
  let prefix = ''
  let event = told
  while (event.type === 'flow-event') {
    const step = prefix + event.step
    around.push({ step, run: event.run })
    prefix = `${step}/${event.run}/`
    ;({ event } = event)
  }
  return { event: prefix === '' ? event : { ...placed(event, prefix), at: told.at }, around }
}

type PlainEvent = Exclude<RunEvent, FlowEvent>

function placed(event: PlainEvent, prefix: string): PlainEvent {
  const inside = (id: string): string => prefix + id
  const summaries = (steps: readonly StepSummary[]): readonly StepSummary[] =>
    steps.map((step) => ({ ...step, id: inside(step.id) }))
  switch (event.type) {
    case 'run-started':
      return { ...event, steps: summaries(event.steps) }
    case 'run-finished':
      return event
    case 'step-expanded':
      return { ...event, step: inside(event.step), items: summaries(event.items) }
    case 'step-skipped':
    case 'step-blocked':
      return { ...event, step: inside(event.step), by: event.by.map(inside) }
    default:
      return { ...event, step: inside(event.step) }
  }
}
