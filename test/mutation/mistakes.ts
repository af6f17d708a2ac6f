import type { MapNode, Node } from '../../src/document/node.ts'
import { readDocument } from '../../src/document/document.ts'
import { SourceFile } from '../../src/source/source-file.ts'
import type { Span } from '../../src/source/span.ts'
import type { Random } from '../document/seeded.ts'

/** A small mistake made in a text. */
export interface Mistake {
  readonly kind: Kind
  readonly text: string
  /** Where it was made, as offsets in `text`; two places when two words have changed places. */
  readonly places: readonly number[]
  /** The word that a suggestion should name, where one was misspelt. */
  readonly word?: string
}

export const kinds = ['letter', 'edge', 'indentation', 'quote', 'colon'] as const
export type Kind = (typeof kinds)[number]

/** What of a flow can be got wrong. */
export interface Targets {
  readonly text: string
  /** Keys, words that name or choose something, and the names in placeholders. */
  readonly words: readonly Span[]
  /** Both ends of each connection. */
  readonly edges: readonly (readonly [Span, Span])[]
  readonly colons: readonly number[]
  readonly quotes: readonly number[]
  /** Starts of the lines on which something stands. */
  readonly lines: readonly number[]
}

/** Values that are words; all others are free text or numbers. */
const wordKeys = new Set([
  'template',
  'system_template',
  'llm',
  'output_key',
  'as',
  'provider',
  'api',
  'type',
  'role',
  'on_truncated',
])

export function targetsOf(text: string): Targets {
  const { root } = readDocument(new SourceFile('flow.yaml', text))
  if (root?.kind !== 'map') throw new Error('a flow is a mapping')
  const words: Span[] = []
  const quotes: number[] = []
  const edges: (readonly [Span, Span])[] = []
  const colons: number[] = []
  const visit = (node: Node, isWord: boolean): void => {
    if (node.kind === 'list') for (const item of node.items) visit(item, isWord)
    if (node.kind === 'map') {
      for (const entry of node.entries.values()) {
        if (/^["']/.test(text.slice(entry.keySpan.start)))
          quotes.push(entry.keySpan.start, entry.keySpan.end - 1)
        else words.push(entry.keySpan)
        colons.push(entry.keySpan.end)
        visit(entry.value, wordKeys.has(entry.key) || entry.key === 'outputs')
      }
    }
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return
    const { file, start, end } = node.span
    const source = text.slice(start, end)
    if (/^["']/.test(source)) quotes.push(start, end - 1)
    if (isWord && /^\w+$/.test(source)) words.push(node.span)
    for (const { index, 1: name = '' } of source.matchAll(/(?<!\{)\{([A-Za-z_]\w*)/g))
      words.push({ file, start: start + index + 1, end: start + index + 1 + name.length })
  }
  visit(root, false)
  for (const [from, to] of connectionsOf(root)) {
    words.push(to)
    edges.push([from, to])
  }
  const lines = [...text.matchAll(/^(?!\s*#)(?=.*\S)/gm)].map(({ index }) => index)
  return { text, words, edges, colons, quotes, lines }
}

function connectionsOf(root: MapNode): readonly (readonly [Span, Span])[] {
  const connections = root.entries.get('connections')?.value
  if (connections?.kind !== 'map') return []
  return [...connections.entries.values()].flatMap(({ keySpan, value }) =>
    (value.kind === 'list' ? value.items : [value]).map(({ span }) => [keySpan, span] as const),
  )
}

/** Makes one mistake of a kind; undefined where the flow has no place for it. */
export function makeMistake(targets: Targets, kind: Kind, random: Random): Mistake | undefined {
  const { text } = targets
  switch (kind) {
    case 'letter': {
      const { start, end } = random.of(targets.words)
      const word = text.slice(start, end)
      const wrong = misspelt(word, random)
      return { kind, word, places: [start], text: text.slice(0, start) + wrong + text.slice(end) }
    }
    case 'edge': {
      if (targets.edges.length === 0) return undefined
      const [from, to] = random.of(targets.edges)
      const [source, target] = [text.slice(from.start, from.end), text.slice(to.start, to.end)]
      const between = text.slice(from.end, to.start)
      return {
        kind,
        places: [from.start, to.start + target.length - source.length],
        text: text.slice(0, from.start) + target + between + source + text.slice(to.end),
      }
    }
    case 'indentation': {
      const start = random.of(targets.lines)
      const indent = /^ */.exec(text.slice(start))?.[0].length ?? 0
      const moved = Math.max(0, indent + random.of([-2, -1, 1, 2]))
      return {
        kind,
        places: [start + moved],
        text: text.slice(0, start) + ' '.repeat(moved) + text.slice(start + indent),
      }
    }
    case 'quote':
    case 'colon': {
      const offsets = kind === 'quote' ? targets.quotes : targets.colons
      if (offsets.length === 0) return undefined
      const at = random.of(offsets)
      return { kind, places: [at], text: text.slice(0, at) + text.slice(at + 1) }
    }
  }
}

/** The word with a letter dropped, doubled, or two letters swapped. */
function misspelt(word: string, random: Random): string {
  const at = random.below(word.length)
  const how = random.of(['drop', 'double', 'swap'] as const)
  if (how === 'double' || word.length === 1) return word.slice(0, at + 1) + word.slice(at)
  if (how === 'drop') return word.slice(0, at) + word.slice(at + 1)
  const first = Math.min(at, word.length - 2)
  return word.slice(0, first) + word.charAt(first + 1) + word.charAt(first) + word.slice(first + 2)
}
