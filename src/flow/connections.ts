import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { MapNode, Node } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import type { Connection } from './flow.ts'
import { GlobSearch, isGlob } from './glob.ts'
import { child, entriesOf, textNode } from './reader.ts'
import type { DraftStep } from './steps.ts'
import { UnknownNames } from './unknown-names.ts'

/** More than any flow has. Globs and aliases could make billions of them out of a small file. */
const MOST_CONNECTIONS = 1_000_000

/** Reads `connections` into pairs of steps, globs over ids spread out. */
export function readConnections(
  root: MapNode,
  drafts: readonly DraftStep[],
  unreadSteps: ReadonlySet<string>,
  diagnosis: Diagnosis,
): Connection[] {
  const positions = new Map(drafts.map(({ step }, position) => [step.id, position]))
  // The first of several that give the same key.
  const stepOfKey = new Map(drafts.toReversed().map(({ step }) => [step.outputKey, step.id]))
  const connections: Connection[] = []
  const search = new GlobSearch()
  const unknown = new UnknownNames()
  const find = (pattern: string, span: Span): readonly number[] => {
    if (isGlob(pattern)) {
      const found = search.among(pattern, positions.keys()).map((id) => positions.get(id) ?? 0)
      if (found.length === 0 && !search.isExhausted) {
        diagnosis.error('unknown-step', span, `no step matches "${pattern}"`, {
          help: `the steps are ${shortList(positions)}`,
        })
      }
      return found
    }
    const position = positions.get(pattern)
    if (position !== undefined || unreadSteps.has(pattern)) return position === undefined ? [] : [position]
    const guess = diagnosis.guesses.closest(pattern, positions.keys()) ?? stepOfKey.get(pattern)
    const meant = guess === undefined ? undefined : positions.get(guess)
    if (!unknown.isReported(pattern, span)) {
      const declared = drafts[meant ?? -1]?.step.span
      const related = declared === undefined ? [] : [{ message: 'it is declared here', span: declared }]
      diagnosis.error('unknown-step', span, `there is no step "${pattern}"`, {
        help: guess === undefined ? 'connections name steps by their ids' : `did you mean "${guess}"?`,
        related: unknown.add(pattern, related),
      })
    }
    return meant === undefined ? [] : [meant]
  }
  for (const entry of entriesOf(child(root, 'connections'))) {
    const sources = find(entry.key, entry.keySpan)
    for (const { text, span } of names(entry.value)) {
      const targets = find(text, span)
      if (search.isExhausted) {
        diagnosis.error('out-of-range', span, 'the patterns of "connections" take too long to look up', {
          help: 'use fewer patterns, or patterns with fewer *',
        })
        return connections
      }
      if (connections.length + targets.length * sources.length > MOST_CONNECTIONS) {
        diagnosis.error('out-of-range', span, `the connections are more than ${MOST_CONNECTIONS}`, {
          help: 'put a step that they all go through between the steps that they connect',
        })
        return connections
      }
      for (const to of targets) for (const from of sources) connections.push({ from, to, span })
    }
  }
  return connections
}

function names(node: Node): readonly { readonly text: string; readonly span: Span }[] {
  const nodes = node.kind === 'list' ? node.items : [node]
  return nodes.flatMap((item) => {
    const text = textNode(item)
    return text === undefined ? [] : [{ text: text.value, span: text.span }]
  })
}
