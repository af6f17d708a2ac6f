import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { MapNode } from '../document/node.ts'
import { evaluate, valueReferences, type ValueTemplate } from '../template/value-template.ts'
import { checkCondition } from './condition-types.ts'
import type { WrittenCondition } from './conditions.ts'
import type { FlowStep, Input } from './flow.ts'
import { child, entriesOf } from './reader.ts'
import type { StepPresence } from './step-presence.ts'
import { typeOfValue, type VariableTypes } from './typed-values.ts'
import { valueProblem } from './value-check.ts'
import { typeOfSchema } from './schema-type.ts'
import { canBe, describeType } from './value-type.ts'

interface Facts {
  readonly node: MapNode
  readonly conditions: readonly WrittenCondition[]
  readonly types: VariableTypes
  readonly presence: StepPresence
  readonly diagnosis: Diagnosis
}

/** Holds what a step gives to the flow inside it against the inputs of that, and its `until` against what a round gives. */
export function checkFlowStep(step: FlowStep, { node, conditions, types, presence, diagnosis }: Facts): void {
  const typeOf = types.seenAfterRound(step)
  for (const until of conditions)
    checkCondition(until, { typeOf, checkPresence: presence.checkVariable }, diagnosis)
  const lookup = types.seenBy(step)
  const written = [...entriesOf(child(node, 'with'))]
  for (const [position, [name, value]] of [...step.with].entries()) {
    const input = step.flow.inputs.get(name)
    const entry = written[position]
    if (input === undefined || entry === undefined) continue
    const problem = problemOf(value, input, () => typeOfValue(value, lookup, types.isThere))
    if (problem === undefined) continue
    diagnosis.error('bad-value', entry.value.span, `input "${name}" of flow "${step.flow.name}" ${problem}`, {
      related: [{ message: 'it is declared here', span: input.span }],
    })
  }
}

/** Why a value cannot be an input; as far as that is known before a run. */
function problemOf(
  value: ValueTemplate,
  { schema }: Input,
  typeOf: () => ReturnType<typeof typeOfValue>,
): string | undefined {
  // Without placeholders it is what it will be.
  if (valueReferences(value).next().done === true)
    return valueProblem(
      evaluate(value, () => undefined),
      schema,
    )
  const type = typeOf()
  const taken = typeOfSchema(schema)
  return canBe(type, taken) ? undefined : `takes ${describeType(taken)}, and this is ${describeType(type)}`
}
