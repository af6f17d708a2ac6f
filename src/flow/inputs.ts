import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { plain, type Entry, type MapNode, type Node } from '../document/node.ts'
import type { Json } from '../source/json.ts'
import type { Input, InputType } from './flow.ts'
import { child, entriesOf, itemsOf, mapOf, textAt, textNode } from './reader.ts'
import { valueProblem } from './value-check.ts'

const types: readonly InputType[] = ['string', 'number', 'integer', 'boolean', 'array', 'object']

/** Reads `inputs`; undefined when the flow leaves them out and they follow from its templates. */
export function readInputs(root: MapNode, diagnosis: Diagnosis): Map<string, Input> | undefined {
  const node = child(root, 'inputs')
  if (mapOf(node) === undefined) return undefined
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
  if (checkPatterns(entry.value, diagnosis)) checkValues(input, map, diagnosis)
  return input
}

/** Says of each pattern that is no regular expression; true when all are. */
function checkPatterns(schema: Node, diagnosis: Diagnosis): boolean {
  const pattern = textNode(child(schema, 'pattern'))
  let isFine = true
  if (pattern !== undefined && !isPattern(pattern.value)) {
    isFine = false
    diagnosis.error('bad-value', pattern.span, `"${pattern.value}" is no regular expression`, {
      help: 'see the syntax of JavaScript, with the flag u; in single quotes a backslash needs no escape',
    })
  }
  const inner = [
    child(schema, 'items'),
    ...[...entriesOf(child(schema, 'properties'))].map(({ value }) => value),
  ]
  for (const node of inner) if (node !== undefined && !checkPatterns(node, diagnosis)) isFine = false
  return isFine
}

function isPattern(text: string): boolean {
  try {
    return new RegExp(text, 'u') instanceof RegExp
  } catch {
    return false
  }
}

/** Values that the input could never take are slips: a choice of another type, a default that its own rules refuse. */
function checkValues({ name, type, schema }: Input, map: MapNode | undefined, diagnosis: Diagnosis): void {
  for (const choice of itemsOf(child(map, 'enum'))) {
    const problem = valueProblem(plain(choice), { type })
    if (problem === undefined) continue
    diagnosis.error('bad-value', choice.span, `each choice of input "${name}" ${problem}`, {
      help: 'set the "type" of the input to that of its choices',
    })
    return
  }
  const fallback = child(map, 'default')
  const problem = fallback === undefined ? undefined : valueProblem(plain(fallback), schema)
  if (fallback !== undefined && problem !== undefined)
    diagnosis.error('bad-default', fallback.span, `the default of input "${name}" ${problem}`)
}
