import { PREVIOUS, type FlowStep, type Repeat } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { bounded } from '../template/extent.ts'
import type { Lookup } from '../template/render.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { holds } from './holds.ts'
import { failure, unrenderable, type Outcome, type StepContext } from './step-run.ts'
import { StepTimeout } from './step-timeout.ts'
import { tellStarted } from './started.ts'

/** Runs the flow inside the step, as often as it says. What that gives is an object of its outputs. */
export async function runFlowStep(step: FlowStep, context: StepContext): Promise<Outcome> {
  const { repeat } = step
  tellStarted(step, context, {
    flow: step.flow.name,
    ...(repeat === undefined ? {} : { max_rounds: repeat.max }),
  })
  try {
    return await runRounds(step, context)
  } catch (error) {
    if (error instanceof Unrenderable) return unrenderable(error)
    throw error
  }
}

/** What the rounds have come to so far. */
interface Given {
  readonly outputs: Json
  readonly isPartial: boolean
}

async function runRounds(step: FlowStep, context: StepContext): Promise<Outcome> {
  const { repeat } = step
  let given: Given = { outputs: Object.freeze({}), isPartial: false }
  for (let round = 1; round <= (repeat?.max ?? 1); round++) {
    const before = given
    const run = await context.runFlow(step.flow, inputsOf(step, seeing(before.outputs, step, context)))
    if (context.signal.aborted) return givenUp(step, context, round)
    if (!run.ok) {
      const message = repeat === undefined ? run.error.message : `in round ${round}, ${run.error.message}`
      return { ok: false, error: { ...run.error, message }, generated: null }
    }
    given = { outputs: bounded(run.outputs), isPartial: before.isPartial || run.isPartial }
    if (repeat?.until !== undefined && holds(repeat.until, seeing(given.outputs, step, context)))
      return done(step, given)
  }
  return repeat?.until === undefined ? done(step, given) : notEnded(step, repeat)
}

/** The variables as a round sees them, with what the one before gave. */
function seeing(previous: Json, { repeat }: FlowStep, { lookup }: StepContext): Lookup {
  return (variable) => (repeat !== undefined && variable === PREVIOUS ? previous : lookup(variable))
}

function inputsOf(step: FlowStep, lookup: Lookup): ReadonlyMap<string, Json> {
  return new Map([...step.with].map(([name, value]) => [name, evaluate(value, lookup)]))
}

function done({ flow }: FlowStep, { outputs, isPartial }: Given): Outcome {
  const note = isPartial ? `in flow "${flow.name}" not every item of every step succeeded` : null
  return { ok: true, value: outputs, generated: null, note }
}

function notEnded({ id }: FlowStep, { max }: Repeat): Outcome {
  const rounds = max === 1 ? 'its only round' : `its ${max} rounds`
  return failure(
    'rounds-used-up',
    `step "${id}" has not come to an end in ${rounds}: "until" was never true`,
    {
      help: 'raise "max", or see under "runs" of the step what the rounds gave',
    },
  )
}

/** By its own time limit it has failed; for any other reason the run is being stopped. */
function givenUp({ id, repeat }: FlowStep, { signal }: StepContext, round: number): Outcome {
  const reason: unknown = signal.reason
  if (!(reason instanceof StepTimeout)) return failure('cancelled', 'the run was stopped')
  const place = repeat === undefined ? '' : `, in round ${round}`
  return failure('timeout', `step "${id}" took longer than its limit of ${reason.limitMs / 1000} s${place}`, {
    help: 'raise its "timeout"',
  })
}
