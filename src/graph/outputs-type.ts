import type { Flow } from '../flow/flow.ts'
import { VariableTypes } from '../flow/typed-values.ts'
import { unknownType, type ValueType } from '../flow/value-type.ts'

/** The type of what a flow gives whose run ends well: an object of its outputs. Those of steps that may be skipped may be missing. */
export function outputsType({ steps, inputs, producers, outputs }: Flow): ValueType {
  const types = new VariableTypes(steps, inputs, producers)
  return {
    kind: 'object',
    entries: new Map(outputs.map((key) => [key, types.outside(key) ?? unknownType])),
    required: new Set(outputs.filter(types.isThere)),
    others: 'none',
  }
}
