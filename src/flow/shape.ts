import type { ErrorObject } from 'ajv'
import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { describe, nodeAt, plain, type Entry, type MapNode, type Node } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import { expectation, type Schema } from './expectation.ts'
import { mapOf } from './reader.ts'
import { validateShape } from './validator.ts'
import { reportVerbs, verbs } from './verbs.ts'

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
  const silenced = reportVerbs(root, diagnosis)
  validateShape(plain(root))
  const corrections: Correction[] = []
  const said = new Set<string>()
  for (const error of validateShape.errors ?? []) {
    if (error.keyword === 'if') continue // its branch has said what is wrong
    const path = pointerPath(error.instancePath)
    const where = `${error.instancePath} ${error.keyword} ${JSON.stringify(error.params)}`
    if (said.has(where) || silenced(path, error)) continue
    said.add(where)
    reportError(root, path, error, { diagnosis, corrections })
  }
  return corrections.length === 0 ? root : corrected(root, corrections)
}

interface Correction {
  readonly map: MapNode
  readonly wrong: string
  readonly right: string
}

interface Sink {
  readonly diagnosis: Diagnosis
  readonly corrections: Correction[]
}

function reportError(
  root: MapNode,
  path: readonly string[],
  error: ErrorObject,
  { diagnosis, corrections }: Sink,
): void {
  const node = nodeAt(root, path)
  if (node === undefined) return
  const params: Readonly<Record<string, unknown>> = error.params
  const owner = ownerOf(path)
  switch (error.keyword) {
    case 'additionalProperties': {
      const map = mapOf(node)
      const entry = map?.entries.get(String(params['additionalProperty']))
      if (map === undefined || entry === undefined) return
      const known = knownKeys(error, path)
      const guess = closest(
        entry.key,
        known.filter((key) => !map.entries.has(key)),
      )
      if (guess !== undefined) corrections.push({ map, wrong: entry.key, right: guess })
      diagnosis.error('unknown-key', entry.keySpan, `${owner} has no "${entry.key}"`, {
        help: guess === undefined ? `the keys here are ${list(known)}` : `did you mean "${guess}"?`,
      })
      return
    }
    case 'required': {
      const key = String(params['missingProperty'])
      const map = mapOf(node)
      // Said once, by the misspelt key itself.
      if (corrections.some((correction) => correction.map === map && correction.right === key)) return
      diagnosis.error(
        'missing-key',
        keySpanAt(root, path) ?? { ...node.span, end: node.span.start },
        `${owner} lacks "${key}"`,
        {
          help: `add "${key}: …"`,
        },
      )
      return
    }
    case 'propertyNames': {
      const key = String(params['propertyName'])
      const entry = mapOf(node)?.entries.get(key)
      diagnosis.error('bad-name', entry?.keySpan ?? node.span, `"${key}" cannot be a name here`, {
        help: 'names are letters, digits and _, do not start with a digit, and are not __proto__, prototype or constructor',
      })
      return
    }
    default: {
      // The pattern inside propertyNames is reported by propertyNames itself.
      if (
        error.schemaPath.includes('propertyNames') ||
        (error.schemaPath.startsWith('#/definitions/identifier/') && error.propertyName !== undefined)
      )
        return
      const { code, message, help } = expectation(error, node, (error.parentSchema ?? {}) as Schema)
      diagnosis.error(
        code,
        spanOf(node, root, path),
        `${subject(path)} ${message}`,
        help === undefined ? {} : { help },
      )
    }
  }
}

/** Where a value is underlined; one that is not there is underlined at its key. */
function spanOf(node: Node, root: MapNode, path: readonly string[]): Span {
  return node.span.start === node.span.end ? (keySpanAt(root, path) ?? node.span) : node.span
}

function keySpanAt(root: MapNode, path: readonly string[]): Span | undefined {
  const parent = mapOf(nodeAt(root, path.slice(0, -1)))
  return parent?.entries.get(path.at(-1) ?? '')?.keySpan
}

function knownKeys(error: ErrorObject, path: readonly string[]): readonly string[] {
  const schema = error.parentSchema as Schema | undefined
  const keys = Object.keys(schema?.properties ?? {}).filter((key) => key !== '$schema')
  // A step's kind follows from its verb, which may be the very key that is misspelt.
  return path[0] === 'steps' && path.length === 2 ? [...new Set([...keys, ...verbs])] : keys
}

/** The thing at a path, as the start of a sentence. */
function ownerOf(path: readonly string[]): string {
  const [section, name] = path
  if (section === undefined) return 'a flow'
  if (path.length === 2 && name !== undefined) {
    const kinds: Readonly<Record<string, string>> = {
      steps: 'step',
      llms: 'llm',
      inputs: 'input',
      templates: 'template',
    }
    const kind = kinds[section]
    if (kind !== undefined) return `${kind} "${name}"`
  }
  return subject(path)
}

function subject(path: readonly string[]): string {
  const numbers = /^\d+$/
  let text = ''
  for (const part of path) text += numbers.test(part) ? `[${part}]` : text === '' ? part : `.${part}`
  return `"${text}"`
}

function pointerPath(pointer: string): readonly string[] {
  if (pointer === '') return []
  return pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function list(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

/** The tree with every wrong key renamed, in its place. */
function corrected(root: MapNode, corrections: readonly Correction[]): MapNode {
  const byMap = new Map<MapNode, Map<string, string>>()
  for (const { map, wrong, right } of corrections)
    byMap.set(map, (byMap.get(map) ?? new Map<string, string>()).set(wrong, right))
  const copy = (node: Node): Node => {
    if (node.kind === 'list') return { ...node, items: node.items.map(copy) }
    return node.kind === 'map' ? copyMap(node) : node
  }
  const copyMap = (map: MapNode): MapNode => {
    const renamed = byMap.get(map)
    const entries = new Map<string, Entry>()
    for (const entry of map.entries.values()) {
      const key = renamed?.get(entry.key) ?? entry.key
      entries.set(key, { key, keySpan: entry.keySpan, value: copy(entry.value) })
    }
    return { ...map, entries }
  }
  return copyMap(root)
}
