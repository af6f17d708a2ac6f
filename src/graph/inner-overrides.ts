import type { MapNode, Node } from '../document/node.ts'
import type { Override } from '../document/override.ts'

/** Of what is said about LLMs by their names the part that a flow inside has; `default` may be there unwritten. */
export function innerOverrides(root: Node, overrides: readonly Override[]): readonly Override[] {
  if (root.kind !== 'map' || overrides.length === 0) return []
  const llms = root.entries.get('llms')?.value
  if (llms?.kind === 'map') return overrides.filter(({ path }) => llms.entries.has(path[1] ?? ''))
  const ofDefault = overrides.filter(({ path }) => path[1] === 'default')
  const [first] = ofDefault
  if (first === undefined || !callsModel(root)) return []
  const { file } = first
  const value: Node = { kind: 'scalar', value: 'openai', span: { file, start: 0, end: file.text.length } }
  return [{ path: ['llms', 'default', 'provider'], value, file }, ...ofDefault]
}

function callsModel(root: MapNode): boolean {
  const steps = root.entries.get('steps')?.value
  if (steps?.kind !== 'map') return false
  return [...steps.entries.values()].some(
    ({ value }) => value.kind === 'map' && (value.entries.has('prompt') || value.entries.has('template')),
  )
}
