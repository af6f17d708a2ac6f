import { closest } from '../diagnostics/closest.ts'
import { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { Span } from '../source/span.ts'
import { describe, type Entry, type MapNode, type Node } from './node.ts'

/** A value from outside the file, such as `--set steps.critic.for_each=2`. */
export interface Override {
  readonly path: readonly string[]
  readonly value: Node
  /** The text it was written in, for messages about the path. */
  readonly file: SourceFile
  /** How many parts of the path are not written there, such as the `llms` that `--llm` goes without. Default 0. */
  readonly unwritten?: number
}

/**
 * The document with values replaced or added. A path must lead through mappings that are there, but for its last key
 * and for `llms` and `defaults`, which a flow may leave out.
 */
export function overrideDocument(
  root: Node,
  overrides: readonly Override[],
): { readonly root: Node; readonly diagnostics: readonly Diagnostic[] } {
  const diagnosis = new Diagnosis()
  let result = root
  for (const override of overrides) {
    const { file } = override
    const span: Span = { file, start: 0, end: file.text.length }
    const place = (index: number): Span => partSpan(override, index)
    result = replaceAt(result, override.path, {
      value: override.value,
      span,
      place,
      path: override.path,
      index: 0,
      diagnosis,
      mayGrow: false,
    })
  }
  return { root: result, diagnostics: diagnosis.diagnostics }
}

interface Step {
  readonly value: Node
  readonly span: Span
  readonly place: (index: number) => Span
  readonly path: readonly string[]
  /** Of the key in the path. */
  readonly index: number
  readonly diagnosis: Diagnosis
  /** Whether a mapping on the way may be missing. */
  readonly mayGrow: boolean
}

function replaceAt(node: Node, path: readonly string[], step: Step): Node {
  const [key, ...rest] = path
  if (key === undefined) return step.value
  const place = step.place(step.index)
  if (node.kind !== 'map') {
    step.diagnosis.error(
      'bad-override',
      place,
      `"${step.path.slice(0, step.index).join('.')}" is ${describe(node)} and cannot hold "${key}"`,
    )
    return node
  }
  const entry = node.entries.get(key)
  const mayGrow = step.mayGrow || (step.index === 0 && (key === 'llms' || key === 'defaults'))
  if (entry === undefined && rest.length > 0 && !mayGrow) {
    const guess = closest(key, node.entries.keys())
    step.diagnosis.error(
      'bad-override',
      place,
      `the flow has no "${step.path.slice(0, step.index + 1).join('.')}"`,
      {
        help:
          guess === undefined
            ? `the keys here are ${[...node.entries.keys()].join(', ')}`
            : `did you mean "${guess}"?`,
      },
    )
    return node
  }
  const empty: MapNode = { kind: 'map', entries: new Map(), span: step.span }
  const value = replaceAt(entry?.value ?? empty, rest, { ...step, index: step.index + 1, mayGrow })
  const changed: Entry = { key, keySpan: entry?.keySpan ?? place, value }
  return { ...node, entries: new Map([...node.entries, [key, changed]]) }
}

/** Where the part of a path stands in `a.b.c=value`. */
function partSpan({ file, path, unwritten = 0 }: Override, index: number): Span {
  if (index < unwritten) return { file, start: 0, end: file.text.length }
  const start = path.slice(unwritten, index).reduce((at, part) => at + part.length + 1, 0)
  return { file, start, end: start + (path[index]?.length ?? 0) }
}
