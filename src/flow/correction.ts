import type { Entry, MapNode, Node } from '../document/node.ts'

/** A misspelt key and the one that was meant. */
export interface Correction {
  readonly map: MapNode
  readonly wrong: string
  readonly right: string
}

/** The tree with every wrong key renamed, in its place. */
export function corrected(root: MapNode, corrections: readonly Correction[]): MapNode {
  if (corrections.length === 0) return root
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
