import type { ValueStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { child } from '../reader.ts'
import { readValue } from '../values.ts'

/** A step that builds a value and calls nothing. */
export function readValueStep({ node, base, templates }: StepReading): ValueStep {
  const value = child(node, 'value')
  return {
    ...base,
    kind: 'value',
    value: value === undefined ? { kind: 'constant', value: null } : readValue(value, templates),
  }
}
