import type { Span } from '../source/span.ts'

/** A value that keeps its place in the text it was read from. Aliases are resolved: a node may be shared, never cyclic. */
export type Node = ScalarNode | ListNode | MapNode

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly value: string | number | boolean | null
  readonly span: Span
}

export interface ListNode {
  readonly kind: 'list'
  readonly items: readonly Node[]
  readonly span: Span
}

export interface MapNode {
  readonly kind: 'map'
  /** In file order. A Map, since keys come from a file: `__proto__` is a key like any other. */
  readonly entries: ReadonlyMap<string, Entry>
  readonly span: Span
}

export interface Entry {
  readonly key: string
  readonly keySpan: Span
  readonly value: Node
}

export type Path = readonly (string | number)[]

/** The node as plain data. Objects have no prototype, so that no key can reach one. */
export function plain(node: Node): unknown {
  switch (node.kind) {
    case 'scalar':
      return node.value
    case 'list':
      return node.items.map(plain)
    case 'map': {
      const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>
      for (const [key, entry] of node.entries) object[key] = plain(entry.value)
      return object
    }
  }
}

/** The entry or item at a path, or undefined where the path leaves the tree. */
export function nodeAt(node: Node, path: Path): Node | undefined {
  let at: Node | undefined = node
  for (const part of path) {
    if (at?.kind === 'map') at = at.entries.get(String(part))?.value
    else if (at?.kind === 'list') at = at.items[Number(part)]
    else return undefined
  }
  return at
}

/** What kind of value stands there, in the words of a person who writes YAML. */
export function describe(node: Node): string {
  if (node.kind === 'list') return 'a list'
  if (node.kind === 'map') return 'a mapping'
  if (node.value === null) return 'nothing'
  if (typeof node.value === 'string') return 'text'
  return typeof node.value === 'boolean' ? `${node.value}` : 'a number'
}
