import type { ErrorObject } from 'ajv'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { describe, nodeAt, plain, type Entry, type MapNode, type Node } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import { corrected, type Correction } from './correction.ts'
import { expectation, schemaAround } from './expectation.ts'
import { reportKeys } from './keys.ts'
import { verbs } from './kinds.ts'
import { additionHelp } from './missing.ts'
import { mapOf } from './reader.ts'
import { pointerPath, subject } from './subject.ts'
import { isPlaceholder } from './type-help.ts'
import { validateShape } from './validator.ts'
import { reportVerbs } from './verbs.ts'

/**
 * Holds a document against the schema, says what does not fit, and returns the document with misspelt keys put right,
 * so that one slip gives one error: what reads the flow next sees the key that was meant.
 */
export function checkShape(root: Node, diagnosis: Diagnosis): MapNode | undefined {
  if (root.kind !== 'map') {
    diagnosis.error('wrong-type', root.span, `a flow is a mapping, but this is ${describe(root)}`, {
      help: 'start the file with "llmflows: 1"; "llmflows init" writes a whole flow to start from',
    })
    return undefined
  }
  const isKey = reportKeys(root, diagnosis)
  const silenced = reportVerbs(root, diagnosis)
  validateShape(plain(root))
  const errors = validateShape.errors ?? []
  const unknownValues = new Set(
    errors.flatMap(({ keyword, instancePath }) => (keyword === 'enum' ? [instancePath] : [])),
  )
  const check: Check = { root, diagnosis, isKey, corrections: [], meant: new Map(), unknown: new Set() }
  const said = new Set<string>()
  for (const error of unknownKeysFirst(errors)) {
    if (error.keyword === 'if') continue // its branch has said what is wrong
    const path = pointerPath(error.instancePath)
    const where = `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`
    if (said.has(where) || silenced(path, error)) continue
    // What an llm must have depends on its provider.
    if (error.keyword === 'required' && unknownValues.has(`${error.instancePath}/provider`)) continue
    said.add(where)
    reportError(path, error, check)
  }
  return corrected(root, check.corrections)
}

interface Check {
  readonly root: MapNode
  readonly diagnosis: Diagnosis
  readonly isKey: (entry: Entry) => boolean
  readonly corrections: Correction[]
  /** The right keys of `corrections`, by mapping. */
  readonly meant: Map<MapNode, Set<string>>
  /** Mappings with an unknown key in the place of which a missing one may belong. */
  readonly unknown: Set<MapNode>
}

/** An unknown key explains a missing one, so it is looked at before. */
function unknownKeysFirst(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const isUnknown = ({ keyword }: ErrorObject): boolean => keyword === 'additionalProperties'
  return [...errors.filter(isUnknown), ...errors.filter((error) => !isUnknown(error))]
}

function reportError(path: readonly string[], error: ErrorObject, check: Check): void {
  const { root, diagnosis } = check
  const node = nodeAt(root, path)
  if (node === undefined) return
  const params: Readonly<Record<string, unknown>> = error.params
  const map = mapOf(node)
  switch (error.keyword) {
    case 'additionalProperties': {
      const entry = map?.entries.get(String(params['additionalProperty']))
      if (map !== undefined && entry !== undefined) reportUnknownKey(path, error, { map, entry, check })
      return
    }
    case 'required': {
      const key = String(params['missingProperty'])
      // Said once, by the misspelt key itself.
      if (map !== undefined && (check.unknown.has(map) || check.meant.get(map)?.has(key) === true)) return
      const span = keySpanAt(root, path) ?? { ...node.span, end: node.span.start }
      diagnosis.error('missing-key', span, `${subject(path)} lacks "${key}"`, {
        help: additionHelp(path, key),
      })
      return
    }
    case 'propertyNames': {
      const key = String(params['propertyName'])
      const span = map?.entries.get(key)?.keySpan ?? node.span
      const dashed = key.replaceAll(/[-. ]/g, '_')
      diagnosis.error('bad-name', span, `"${key}" cannot be a name here`, {
        help:
          /^[A-Za-z_][A-Za-z0-9_]*$/.test(dashed) && dashed !== key
            ? `write "${dashed}": names are letters, digits and _, so that each can stand in a placeholder`
            : 'names are letters, digits and _, do not start with a digit, and are not __proto__, prototype or constructor',
      })
      return
    }
    default: {
      // The pattern inside propertyNames is reported by propertyNames itself.
      if (error.schemaPath.includes('propertyNames') || error.propertyName !== undefined) return
      const entry = mapOf(nodeAt(root, path.slice(0, -1)))?.entries.get(path.at(-1) ?? '')
      if (entry !== undefined && check.isKey(entry)) return
      const expected = expectation(error, { node, path, schema: schemaAround(error) })
      const { code, message, help } = expected
      diagnosis.error(
        code,
        spanOf(node, root, path),
        `${subject(path)} ${message}`,
        help === undefined ? {} : { help },
      )
    }
  }
}

function reportUnknownKey(
  path: readonly string[],
  error: ErrorObject,
  { map, entry, check }: { readonly map: MapNode; readonly entry: Entry; readonly check: Check },
): void {
  const { diagnosis } = check
  if (check.isKey(entry)) return
  const schema = schemaAround(error)
  if (isPlaceholder(map)) {
    check.unknown.add(map)
    diagnosis.error('wrong-type', map.span, `${subject(path)} must be text, but it is a mapping`, {
      help: `a text that starts with { must be quoted: "{${entry.key}}"`,
    })
    return
  }
  const properties = Object.keys(schema.properties ?? {}).filter((key) => key !== '$schema')
  // A step's kind follows from its verb, which may be the very key that is misspelt.
  const isStep = path[0] === 'steps' && path.length === 2
  const known = isStep ? [...new Set([...verbs, ...properties])] : properties
  const guess = diagnosis.guesses.closest(
    entry.key,
    known.filter((key) => !map.entries.has(key)),
  )
  if (guess !== undefined) {
    check.corrections.push({ map, wrong: entry.key, right: guess })
    check.meant.set(map, (check.meant.get(map) ?? new Set()).add(guess))
  }
  const missing = (schema.required ?? []).filter((key) => !map.entries.has(key))
  const replaces = guess === undefined && path.length > 1 && missing.length === 1
  if (replaces) check.unknown.add(map)
  const looksLikeStep = path.length === 0 && verbs.some((verb) => mapOf(entry.value)?.entries.has(verb))
  diagnosis.error('unknown-key', entry.keySpan, `${subject(path)} has no "${entry.key}"`, {
    help:
      guess !== undefined
        ? `did you mean "${guess}"?`
        : looksLikeStep
          ? 'it looks like a step: indent it, so that it stands under "steps:"'
          : `the keys here are ${list(known)}${replaces ? `, and "${missing.join()}" is missing` : ''}`,
  })
}

/** Where a value is underlined; one that is not there is underlined at its key. */
function spanOf(node: Node, root: MapNode, path: readonly string[]): Span {
  return node.span.start === node.span.end ? (keySpanAt(root, path) ?? node.span) : node.span
}

function keySpanAt(root: MapNode, path: readonly string[]): Span | undefined {
  const parent = mapOf(nodeAt(root, path.slice(0, -1)))
  return parent?.entries.get(path.at(-1) ?? '')?.keySpan
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}
