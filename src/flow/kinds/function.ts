import type { ValueTemplate } from '../../template/value-template.ts'
import type { FunctionStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { readModuleFunction } from '../module-function.ts'
import { child, entriesOf, numberAt, textNode } from '../reader.ts'
import { readValue } from '../values.ts'

/** A step that calls a function of a module. */
export function readFunctionStep({ node, base, templates, surroundings }: StepReading): FunctionStep {
  const written = textNode(child(node, 'function'))
  // That it is no text, or an empty one, has been said by the shape check.
  const found =
    written === undefined || written.value === '' ? undefined : readModuleFunction(written, surroundings)
  const given = [...entriesOf(child(node, 'with'))].map(({ key, value }): [string, ValueTemplate] => [
    key,
    readValue(value, templates),
  ])
  return {
    ...base,
    kind: 'function',
    // What could not be found has been reported, and a flow with a mistake never runs.
    function: found ?? { text: '', path: '', export: 'default', span: base.span },
    with: new Map(given),
    maxRetries: numberAt(node, 'max_retries') ?? 0,
  }
}
