import { closest } from '../diagnostics/closest.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { readDocument } from '../document/document.ts'
import { defaultLimits } from '../document/limits.ts'
import type { Node } from '../document/node.ts'
import type { Override } from '../document/override.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { everyFlow } from '../graph/every-flow.ts'
import { SourceFile } from '../source/source-file.ts'
import type { Span } from '../source/span.ts'
import { UsageError } from './usage-error.ts'

export interface ReadOverrides {
  readonly overrides: readonly Override[]
  /** What is wrong with the values. */
  readonly diagnostics: readonly Diagnostic[]
}

/** As deep as a flow may be; each part is a level of the stack. */
const MOST_PARTS = defaultLimits.maxDepth

/** Reads `--llm NAME.KEY=VALUE` and `--set PATH=VALUE`; a value is YAML. */
export function readOverrides(llms: readonly string[], sets: readonly string[]): ReadOverrides {
  const read = [
    ...llms.map((text) => readOverride('--llm', text, ['llms'])),
    ...sets.map((text) => readOverride('--set', text, [])),
  ]
  return {
    overrides: read.flatMap(({ override }) => (override === undefined ? [] : [override])),
    diagnostics: read.flatMap(({ diagnostics }) => diagnostics),
  }
}

function readOverride(
  option: '--llm' | '--set',
  text: string,
  unwritten: readonly string[],
): { readonly override?: Override; readonly diagnostics: readonly Diagnostic[] } {
  const equals = text.indexOf('=')
  const path = [...unwritten, ...text.slice(0, Math.max(equals, 0)).split('.')]
  const shortest = option === '--llm' ? 3 : 1
  if (equals < 1 || path.length < shortest || path.includes('')) {
    const example = option === '--llm' ? '--llm writer.model=gpt-4o' : '--set steps.critic.for_each=2'
    throw new UsageError(`option "${option}" cannot read "${shortened(text)}"`, `write it like ${example}`)
  }
  if (path.length > MOST_PARTS)
    throw new UsageError(`a path of option "${option}" has ${path.length} parts, and may have ${MOST_PARTS}`)
  const file = new SourceFile(option, text)
  const start = equals + 1
  const place = { file, unwritten: unwritten.length }
  const written = text.slice(equals + 1)
  // Nothing after the equals sign is an empty text, as in a shell.
  if (written.trim() === '') {
    const span = { file, start, end: start }
    return { override: { path, value: { kind: 'scalar', value: '', span }, ...place }, diagnostics: [] }
  }
  const { root, diagnostics } = readDocument(new SourceFile(option, written))
  return {
    ...(root === undefined ? {} : { override: { path, value: movedTo(root, file, start), ...place } }),
    diagnostics: diagnostics.map((diagnostic) => ({
      ...diagnostic,
      span: spanIn(file, diagnostic.span, start),
      related: (diagnostic.related ?? []).map((one) => ({ ...one, span: spanIn(file, one.span, start) })),
    })),
  }
}

function shortened(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

/** The same value, its places in the whole argument instead of in the value alone. */
function movedTo(node: Node, file: SourceFile, by: number): Node {
  const span = spanIn(file, node.span, by)
  if (node.kind === 'scalar') return { ...node, span }
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => movedTo(item, file, by)), span }
  const entries = new Map(
    Array.from(node.entries, ([key, entry]) => {
      const keySpan = spanIn(file, entry.keySpan, by)
      return [key, { key, keySpan, value: movedTo(entry.value, file, by) }] as const
    }),
  )
  return { kind: 'map', entries, span }
}

function spanIn(file: SourceFile, { start, end }: Span, by: number): Span {
  return { file, start: start + by, end: end + by }
}

/** What the command line changes: in the flow, and in the flows inside it. */
export interface FittingOverrides {
  readonly overrides: readonly Override[]
  readonly innerOverrides: readonly Override[]
}

/**
 * Makes `--llm` fit the flow as it is written. Throws `UsageError` for an LLM that neither it nor a flow inside it has,
 * and gives its provider to one that is there without being written down.
 */
export function fitLlms(compiled: CompiledFlow, overrides: readonly Override[]): FittingOverrides {
  const { flow } = compiled
  const ofLlms = overrides.filter(({ path, file }) => path[0] === 'llms' && file.path === '--llm')
  const others = overrides.filter((override) => !ofLlms.includes(override))
  const all = new Set(everyFlow(compiled).flatMap(({ llms }) => [...llms.keys()]))
  const providers: Override[] = []
  const ofFlow: Override[] = []
  for (const override of ofLlms) {
    const { path, file } = override
    const [, name = ''] = path
    if (!all.has(name)) throw unknownLlm(name, flow.name, all)
    const config = flow.llms.get(name)
    if (config === undefined) continue
    ofFlow.push(override)
    if (flow.llmSpans.has(name)) continue
    const span = { file, start: 0, end: file.text.length }
    const value: Node = { kind: 'scalar', value: config.provider, span }
    providers.push({ path: ['llms', name, 'provider'], value, file })
  }
  return { overrides: [...providers, ...ofFlow, ...others], innerOverrides: ofLlms }
}

function unknownLlm(name: string, flow: string, llms: ReadonlySet<string>): UsageError {
  const guess = closest(name, llms)
  const names = [...llms]
  const known = names.length === 1 ? `the only llm is ${names[0] ?? ''}` : `the llms are ${names.join(', ')}`
  return new UsageError(
    `flow "${flow}" has no llm "${name}"`,
    guess === undefined ? known : `did you mean "${guess}"?`,
  )
}
