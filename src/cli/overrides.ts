import { closest } from '../diagnostics/closest.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { readDocument } from '../document/document.ts'
import type { Node } from '../document/node.ts'
import type { Override } from '../document/override.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { SourceFile } from '../source/source-file.ts'
import { UsageError } from './usage-error.ts'

export interface ReadOverrides {
  readonly overrides: readonly Override[]
  /** What is wrong with the values. */
  readonly diagnostics: readonly Diagnostic[]
}

/** Reads `--llm NAME.KEY=VALUE` and `--set PATH=VALUE`; a value is YAML. */
export function readOverrides(llms: readonly string[], sets: readonly string[]): ReadOverrides {
  const read = [
    ...llms.map((text) => readOverride('--llm', text, 'llms.')),
    ...sets.map((text) => readOverride('--set', text, '')),
  ]
  return {
    overrides: read.flatMap(({ override }) => (override === undefined ? [] : [override])),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  }
}

function readOverride(
  option: '--llm' | '--set',
  text: string,
  prefix: string,
): { readonly override?: Override; readonly diagnostics: readonly Diagnostic[] } {
  const equals = text.indexOf('=')
  const path = (prefix + text.slice(0, Math.max(equals, 0))).split('.')
  const shortest = option === '--llm' ? 3 : 1
  if (equals < 1 || path.length < shortest || path.includes('')) {
    const example = option === '--llm' ? '--llm writer.model=gpt-4o' : '--set steps.critic.for_each=2'
    throw new UsageError(`option "${option}" cannot read "${text}"`, `write it like ${example}`)
  }
  const file = new SourceFile(option, prefix + text)
  const start = prefix.length + equals + 1
  const written = text.slice(equals + 1)
  // Nothing after the equals sign is an empty text, as in a shell.
  if (written.trim() === '') {
    const span = { file, start, end: start }
    return { override: { path, value: { kind: 'scalar', value: '', span }, file }, diagnostics: [] }
  }
  const { root, diagnostics } = readDocument(new SourceFile(option, written))
  return {
    ...(root === undefined ? {} : { override: { path, value: movedTo(root, file, start), file } }),
    diagnostics: diagnostics.map(({ related: _, ...diagnostic }) => ({
      ...diagnostic,
      span: { file, start: diagnostic.span.start + start, end: diagnostic.span.end + start },
    })),
  }
}

/** The same value, its places in the whole argument instead of in the value alone. */
function movedTo(node: Node, file: SourceFile, by: number): Node {
  const span = { file, start: node.span.start + by, end: node.span.end + by }
  if (node.kind === 'scalar') return { ...node, span }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => movedTo(item, file, by)), span }
  const entries = new Map(
    [...node.entries].map(([key, entry]) => {
      const keySpan = { file, start: entry.keySpan.start + by, end: entry.keySpan.end + by }
      return [key, { key, keySpan, value: movedTo(entry.value, file, by) }] as const
    }),
  )
  return { kind: 'map', entries, span }
}

/** Throws `UsageError` for an `--llm` whose name the flow does not have: it would change nothing. */
export function refuseUnknownLlms({ flow }: CompiledFlow, overrides: readonly Override[]): void {
  const called = new Set(flow.steps.flatMap((step) => (step.kind === 'llm' ? [step.llm.name] : [])))
  for (const { file, path } of overrides) {
    const name = path[1] ?? ''
    const isNew = flow.llmSpans.get(name)?.file === file
    if (path[0] !== 'llms' || !isNew || called.has(name)) continue
    const known = [...flow.llms.keys()].filter((llm) => flow.llmSpans.get(llm)?.file === flow.source)
    const guess = closest(name, known)
    throw new UsageError(
      `there is no llm "${name}" in the flow`,
      guess === undefined ? `the llms are ${known.join(', ')}` : `did you mean "${guess}"?`,
    )
  }
}
