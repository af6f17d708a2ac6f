import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { plain, type Entry, type MapNode } from '../document/node.ts'
import type { Json } from '../source/json.ts'
import type { Input, InputType } from './flow.ts'
import { child, entriesOf, mapOf, textAt } from './reader.ts'
import { valueProblem } from './value-check.ts'

const types: readonly InputType[] = ['string', 'number', 'integer', 'boolean', 'array', 'object']

/** Reads `inputs`; undefined when the flow leaves them out and they follow from its templates. */
export function readInputs(root: MapNode, diagnosis: Diagnosis): Map<string, Input> | undefined {
  const node = child(root, 'inputs')
  if (node === undefined) return undefined
  const inputs = new Map<string, Input>()
  for (const entry of entriesOf(node)) inputs.set(entry.key, readInput(entry, diagnosis))
  return inputs
}

/** A text input that no one declared; it is required. */
export function impliedInput(name: string, span: Input['span']): Input {
  return {
    name,
    type: 'string',
    description: undefined,
    default: undefined,
    schema: { type: 'string' },
    span,
  }
}

function readInput(entry: Entry, diagnosis: Diagnosis): Input {
  const map = mapOf(entry.value)
  const written = textAt(map, 'type')
  const type = types.find((known) => known === written) ?? 'string'
  const schema = { ...(map === undefined ? {} : (plain(map) as Record<string, unknown>)), type }
  const fallback = child(map, 'default')
  const input: Input = {
    name: entry.key,
    type,
    description: textAt(map, 'description') ?? textAt(map, 'title'),
    default: fallback === undefined ? undefined : (plain(fallback) as Json),
    schema,
    span: entry.keySpan,
  }
  if (input.default !== undefined && fallback !== undefined) {
    const problem = valueProblem(input.default, { type })
    if (problem !== undefined)
      diagnosis.error('bad-default', fallback.span, `the default of input "${entry.key}" ${problem}`)
  }
  return input
}
