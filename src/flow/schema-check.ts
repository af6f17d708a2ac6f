import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import { plain, type MapNode, type Node } from '../document/node.ts'
import { isSchema, placeOf, type JsonSchema } from './json-schema.ts'
import { regExp } from './patterns.ts'
import { child, entriesOf, itemsOf, mapOf, textNode } from './reader.ts'

/** Schemas that may be held against one value before it is gone deeper into; a circle has no end. */
const MOST_IN_PLACE = 8

/**
 * The JSON Schema that a node is, its shape already checked. What it says that cannot be is reported at its place. One
 * that could not be read is the schema of every value, so that nothing that follows from it is reported as well.
 */
export function readSchema(node: Node, diagnosis: Diagnosis): JsonSchema {
  const root = mapOf(node)
  const value = plain(node)
  if (root === undefined || root.entries.has('file') || !isSchema(value)) return {}
  const isFine = checkSchema(root, root, diagnosis) && checkCircles(root, diagnosis)
  return isFine ? value : {}
}

/** Looks at a schema and all inside it; false when something is wrong. */
function checkSchema(schema: MapNode, root: MapNode, diagnosis: Diagnosis): boolean {
  const own = [checkPattern, checkRef, checkRequired].map((check) => check(schema, diagnosis, root))
  const inner = innerSchemas(schema).map((part) => checkSchema(part, root, diagnosis))
  return [...own, ...inner].every(Boolean)
}

function checkPattern(schema: MapNode, diagnosis: Diagnosis): boolean {
  const pattern = textNode(child(schema, 'pattern'))
  if (pattern === undefined || regExp(pattern.value) !== undefined) return true
  diagnosis.error('bad-value', pattern.span, `"${pattern.value}" is no regular expression`, {
    help: 'see the syntax of JavaScript, with the flag u; in single quotes a backslash needs no escape',
  })
  return false
}

function checkRef(schema: MapNode, diagnosis: Diagnosis, root: MapNode): boolean {
  const ref = textNode(child(schema, '$ref'))
  // That a text is no reference has been said by the shape check.
  if (ref === undefined || placeOf(ref.value) === undefined || target(root, ref.value) !== undefined)
    return true
  const names = ['$defs', 'definitions'].flatMap((section) =>
    [...entriesOf(child(root, section))].map(({ key }) => `#/${section}/${key}`),
  )
  const guess = diagnosis.guesses.closest(ref.value, names)
  diagnosis.error('bad-schema', ref.span, `nothing is defined as "${ref.value}"`, {
    help:
      guess !== undefined
        ? `did you mean "${guess}"?`
        : names.length === 0
          ? 'define it under "$defs" of the whole schema'
          : `defined are ${shortList(new Set(names))}`,
  })
  return false
}

/** A key that must be there and may not be there leaves no value that fits. */
function checkRequired(schema: MapNode, diagnosis: Diagnosis): boolean {
  const others = child(schema, 'additionalProperties')
  const properties = mapOf(child(schema, 'properties'))
  if (others?.kind !== 'scalar' || others.value !== false || schema.entries.has('$ref')) return true
  let isFine = true
  for (const item of itemsOf(child(schema, 'required'))) {
    const key = textNode(item)
    if (key === undefined || properties?.entries.has(key.value) === true) continue
    isFine = false
    const guess = diagnosis.guesses.closest(key.value, properties?.entries.keys() ?? [])
    diagnosis.error(
      'bad-schema',
      key.span,
      `"${key.value}" is required, but it is none of the properties, and no others are allowed`,
      { help: guess === undefined ? `add it under "properties"` : `did you mean "${guess}"?` },
    )
  }
  return isFine
}

/** A schema that leads back to itself before it goes deeper into the value would be held against it for ever. */
function checkCircles(root: MapNode, diagnosis: Diagnosis): boolean {
  const known = new Map<MapNode, number>()
  /** How many schemas follow in the same place; undefined when they are too many. */
  const height = (schema: MapNode, depth: number): number | undefined => {
    const before = known.get(schema)
    if (before !== undefined) return before
    if (depth > MOST_IN_PLACE) return undefined
    let highest = 0
    for (const next of inPlace(schema, root)) {
      const above = height(next, depth + 1)
      if (above === undefined || above + 1 > MOST_IN_PLACE) return undefined
      highest = Math.max(highest, above + 1)
    }
    known.set(schema, highest)
    return highest
  }
  const stack: MapNode[] = [root]
  for (let schema = stack.pop(); schema !== undefined; schema = stack.pop()) {
    if (height(schema, 0) === undefined) {
      const entry = schema.entries.get('$ref') ?? [...schema.entries.values()][0]
      const message = `more than ${MOST_IN_PLACE} schemas in a row are held against the same value here`
      diagnosis.error('bad-schema', entry?.keySpan ?? schema.span, message, {
        help: 'a $ref that leads back to what it stands in belongs under "properties" or "items"',
      })
      return false
    }
    stack.push(...innerSchemas(schema))
  }
  return true
}

/** The schemas that are held against the same value. */
function inPlace(schema: MapNode, root: MapNode): readonly MapNode[] {
  const ref = textNode(child(schema, '$ref'))
  const referred = ref === undefined ? undefined : target(root, ref.value)
  return [...(referred === undefined ? [] : [referred]), ...combined(schema)]
}

function combined(schema: MapNode): readonly MapNode[] {
  return ['allOf', 'anyOf', 'oneOf'].flatMap((key) =>
    itemsOf(child(schema, key)).flatMap((item) => mapOf(item) ?? []),
  )
}

function innerSchemas(schema: MapNode): readonly MapNode[] {
  const parts = ['items', 'additionalProperties'].map((key) => child(schema, key))
  const named = ['properties', '$defs', 'definitions'].flatMap((key) =>
    [...entriesOf(child(schema, key))].map(({ value }) => value),
  )
  return [...combined(schema), ...[...parts, ...named].flatMap((part) => mapOf(part) ?? [])]
}

function target(root: MapNode, ref: string): MapNode | undefined {
  const [section, name] = placeOf(ref) ?? ['', '']
  if (section === undefined || name === undefined) return root
  return mapOf(child(child(root, section), name))
}
