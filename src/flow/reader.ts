import type { Entry, MapNode, Node, ScalarNode } from '../document/node.ts'

// A value of another type than asked for counts as left out: that it is wrong has been said by the shape check.

export function mapOf(node: Node | undefined): MapNode | undefined {
  return node?.kind === 'map' ? node : undefined
}

export function entriesOf(node: Node | undefined): Iterable<Entry> {
  return mapOf(node)?.entries.values() ?? []
}

export function itemsOf(node: Node | undefined): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

export function child(node: Node | undefined, key: string): Node | undefined {
  return mapOf(node)?.entries.get(key)?.value
}

/** A scalar that is text, with its place. */
export function textNode(node: Node | undefined): (ScalarNode & { readonly value: string }) | undefined {
  if (node?.kind !== 'scalar' || typeof node.value !== 'string') return undefined
  return { ...node, value: node.value }
}

export function textAt(node: Node | undefined, key: string): string | undefined {
  return textNode(child(node, key))?.value
}

export function booleanAt(node: Node | undefined, key: string): boolean | undefined {
  const value = child(node, key)
  return value?.kind === 'scalar' && typeof value.value === 'boolean' ? value.value : undefined
}

export function numberAt(node: Node | undefined, key: string): number | undefined {
  const value = child(node, key)
  return value?.kind === 'scalar' && typeof value.value === 'number' ? value.value : undefined
}
