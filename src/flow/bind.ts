import { Guesses } from '../diagnostics/closest.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { Json } from '../source/json.ts'
import type { Flow } from './flow.ts'
import { jsonCopy } from './json-copy.ts'
import { valueProblem } from './value-check.ts'

/** Why an input cannot be taken as it is. */
export interface InputProblem {
  readonly kind: 'missing' | 'unknown' | 'invalid'
  readonly input: string
  /** Lower case, no full stop. */
  readonly message: string
  readonly help?: string
}

export interface BoundInputs {
  /** Frozen, defaults filled in, in the order of the flow. */
  readonly values: ReadonlyMap<string, Json>
  readonly problems: readonly InputProblem[]
}

/**
 * Gives a flow its inputs: copies each, checks it against its schema and fills in defaults; null is a value, undefined is
 * none. Says all that is wrong in one go, also of what is no JSON.
 */
export function bindInputs(flow: Flow, given: ReadonlyMap<string, Json>): BoundInputs {
  const values = new Map<string, Json>()
  const problems: InputProblem[] = []
  const guesses = new Guesses()
  for (const name of given.keys()) {
    if (flow.inputs.has(name)) continue
    const guess = guesses.closest(name, flow.inputs.keys())
    const help =
      guess !== undefined
        ? `did you mean "${guess}"?`
        : flow.inputs.size === 0
          ? 'the flow takes no inputs'
          : `the inputs are ${shortList(flow.inputs)}`
    problems.push({
      kind: 'unknown',
      input: name,
      message: `flow "${flow.name}" has no input "${name}"`,
      help,
    })
  }
  for (const input of flow.inputs.values()) {
    const written = given.get(input.name)
    const value = written === undefined ? input.default : written
    if (value === undefined) {
      const what = input.description === undefined ? '' : ` (${input.description})`
      problems.push({
        kind: 'missing',
        input: input.name,
        message: `input "${input.name}" is missing${what}`,
      })
      continue
    }
    const copy = jsonCopy(value)
    const problem = copy.ok ? valueProblem(copy.value, input.schema) : copy.problem
    if (copy.ok && problem === undefined) values.set(input.name, copy.value)
    else problems.push({ kind: 'invalid', input: input.name, message: `input "${input.name}" ${problem}` })
  }
  return { values, problems }
}
