import type { FunctionStep } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { makeWithRetries, type Made } from './retrying.ts'
import { unrenderable, type Outcome, type StepContext } from './step-run.ts'
import { tellStarted } from './started.ts'

/** Calls a function of the user's. Whatever that does is an outcome. */
export async function runFunctionStep(step: FunctionStep, context: StepContext): Promise<Outcome> {
  const given = argumentOf(step, context)
  const isGiven = !(given instanceof Unrenderable)
  const name = step.function.text
  tellStarted(step, context, { function: name, ...(isGiven ? { with: given } : {}) })
  if (!isGiven) return unrenderable(given)
  const { signal } = context
  const parts = { verb: 'function', function: name, file: context.fingerprint(step.function), with: given }
  const make = async (): Promise<Made> => {
    const answer = await context.callFunction(step.function, given, signal)
    if (answer.ok) return answer
    const { error } = answer
    return { ok: false, error: { ...error, message: `function "${name}" failed: ${error.message}` } }
  }
  return makeWithRetries({ step, parts, make }, context)
}

function argumentOf(step: FunctionStep, { lookup }: StepContext): Json | Unrenderable {
  try {
    return evaluate({ kind: 'object', entries: step.with }, lookup)
  } catch (error) {
    if (error instanceof Unrenderable) return error
    throw error
  }
}
