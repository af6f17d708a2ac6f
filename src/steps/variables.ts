import type { Step } from '../flow/flow.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

/** The variables that a step uses and their values, its item and index among them. */
export function variablesOf(step: Step, { lookup, index }: StepContext): Readonly<Record<string, Json>> {
  const names = new Set(step.uses.map((use) => use.variable))
  if (step.forEach !== undefined && index !== undefined) names.add(step.forEach.as).add('index')
  const values: [string, Json][] = []
  for (const name of names) {
    const value = lookup(name)
    if (value !== undefined) values.push([name, value])
  }
  return Object.fromEntries(values)
}
