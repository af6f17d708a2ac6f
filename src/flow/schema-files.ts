import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { readDocument } from '../document/document.ts'
import type { Entry, MapNode, Node } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import { child, entriesOf, mapOf, textNode } from './reader.ts'

/** Where a JSON Schema may stand in a file of its own: section, key of its entries. */
const places: readonly (readonly [section: string, key: string])[] = [
  ['steps', 'output_schema'],
  ['tools', 'parameters'],
]

/**
 * The flow with what its schema files hold in their places, as if it were written there: it then meets the same rules,
 * and a mistake in it is shown in its own file. A file that cannot be read is reported, and stays a `{ file: PATH }`.
 */
export function withSchemaFiles(root: Node, folder: FlowFolder | undefined, diagnosis: Diagnosis): Node {
  const files = new Map<string, Node | undefined>()
  const read = (path: { readonly value: string; readonly span: Entry['keySpan'] }): Node | undefined => {
    if (!files.has(path.value)) files.set(path.value, readFile(path, folder, diagnosis))
    return files.get(path.value)
  }
  return places.reduce((node, [section, key]) => {
    const owners = mapOf(child(node, section))
    if (owners === undefined) return node
    return withEntries(node, new Map([[section, replaced(owners, key, read)]]))
  }, root)
}

type Read = (path: { readonly value: string; readonly span: Entry['keySpan'] }) => Node | undefined

/** The entries of a section, each with the schema that its file holds. */
function replaced(owners: MapNode, key: string, read: Read): Node {
  const changes = new Map<string, Node>()
  for (const owner of entriesOf(owners)) {
    const path = textNode(child(child(owner.value, key), 'file'))
    const schema = path === undefined || path.value === '' ? undefined : read(path)
    if (schema !== undefined) changes.set(owner.key, withEntries(owner.value, new Map([[key, schema]])))
  }
  return withEntries(owners, changes)
}

/** A mapping with other values under keys that it has. */
function withEntries(node: Node, values: ReadonlyMap<string, Node>): Node {
  if (node.kind !== 'map' || values.size === 0) return node
  const entries = new Map(node.entries)
  for (const [key, value] of values) {
    const entry = entries.get(key)
    if (entry !== undefined) entries.set(key, { ...entry, value })
  }
  return { ...node, entries }
}

function readFile(
  { value: path, span }: Parameters<Read>[0],
  folder: FlowFolder | undefined,
  diagnosis: Diagnosis,
): Node | undefined {
  if (folder === undefined) {
    diagnosis.error('bad-file', span, 'a flow that is not a file has no folder to read schemas from')
    return undefined
  }
  const read = folder.read(path)
  if (!read.ok) {
    const help = read.help === undefined ? {} : { help: read.help }
    diagnosis.error('bad-file', span, `the file "${path}" ${read.problem}`, help)
    return undefined
  }
  const { root, diagnostics } = readDocument(read.file)
  diagnosis.diagnostics.push(...diagnostics)
  return root
}
