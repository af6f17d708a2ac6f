import { closest } from '../diagnostics/closest.ts'
import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { MapNode, Node } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import type { Connection } from './flow.ts'
import { isGlob, matchesGlob } from './glob.ts'
import { child, entriesOf, textNode } from './reader.ts'
import type { DraftStep } from './steps.ts'

/** Reads `connections` into pairs of steps, globs over ids spread out. */
export function readConnections(
  root: MapNode,
  drafts: readonly DraftStep[],
  unreadSteps: ReadonlySet<string>,
  diagnosis: Diagnosis,
): Connection[] {
  const positions = new Map(drafts.map(({ step }, position) => [step.id, position]))
  const connections: Connection[] = []
  const find = (pattern: string, span: Span): readonly number[] => {
    if (isGlob(pattern)) {
      const found = [...positions].filter(([id]) => matchesGlob(pattern, id)).map(([, position]) => position)
      if (found.length === 0) {
        diagnosis.error('unknown-step', span, `no step matches "${pattern}"`, {
          help: `the steps are ${[...positions.keys()].slice(0, 12).join(', ')}`,
        })
      }
      return found
    }
    const position = positions.get(pattern)
    if (position !== undefined || unreadSteps.has(pattern)) return position === undefined ? [] : [position]
    const byOutput = drafts.find(({ step }) => step.outputKey === pattern)?.step.id
    const guess = closest(pattern, positions.keys()) ?? byOutput
    diagnosis.error('unknown-step', span, `there is no step "${pattern}"`, {
      help: guess === undefined ? 'connections name steps by their ids' : `did you mean "${guess}"?`,
    })
    return guess === undefined ? [] : [positions.get(guess) ?? 0]
  }
  for (const entry of entriesOf(child(root, 'connections'))) {
    const sources = find(entry.key, entry.keySpan)
    for (const { text, span } of names(entry.value)) {
      for (const to of find(text, span)) for (const from of sources) connections.push({ from, to, span })
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
