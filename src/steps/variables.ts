import type { Step } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import type { StepContext } from './step-run.ts'

/** The variables that a step uses and their values, its item and index among them; those without a value are absent. */
export function variablesOf(step: Step, { lookup, index }: StepContext): Readonly<Record<string, Json>> {
  const names = new Set(step.uses.map((use) => use.variable))
  if (step.forEach !== undefined && index !== undefined) names.add(step.forEach.as).add('index')
  const values: [string, Json][] = []
  for (const name of names) {
    const value = valueOf(name, lookup)
    if (value !== undefined) values.push([name, value])
  }
  return Object.fromEntries(values)
}

function valueOf(name: string, lookup: StepContext['lookup']): Json | undefined {
  try {
    return lookup(name)
  } catch (error) {
    // An item may be made of a part that an answer does not have, or be too large; whoever renders it says so.
    if (error instanceof Unrenderable) return undefined
    throw error
  }
}
