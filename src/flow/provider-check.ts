import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Entry, Node } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import type { LlmConfig } from './llm-config.ts'
import { presetOf, type Quirk, quirksOf } from './providers.ts'
import { child, entriesOf, mapOf, textNode } from './reader.ts'

/** A mapping with parameters of a model, and who they are for. */
interface Parameters {
  /** The model, with what holds for it from elsewhere. */
  readonly config: LlmConfig
  /** As messages name what the mapping belongs to. */
  readonly owner: string
  readonly diagnosis: Diagnosis
}

/** Reports what the provider of a model does not do with the parameters that a mapping sets: an `llm`, or a step. */
export function checkParameters(node: Node | undefined, { config, owner, diagnosis }: Parameters): void {
  const written = new Map<string, Entry>(mapOf(node)?.entries)
  for (const entry of entriesOf(child(node, 'params'))) written.set(entry.key, entry)
  const said = new Set<Entry>()
  for (const quirk of quirksOf(config.provider, config.api)) {
    if (quirk.models?.test(config.model) === false) continue
    for (const parameter of quirk.parameters) {
      const found = affected(parameter, quirk, { written, config })
      // What is refused for one reason need not be for another.
      if (found === undefined || said.has(found.entry)) continue
      said.add(found.entry)
      const { entry, other } = found
      report(quirk, { name: entry.key, span: entry.keySpan, other, config, owner, diagnosis })
    }
  }
}

/** The entry that a quirk concerns, and the one beside which it does. */
function affected(
  parameter: string,
  { above, butFor, beside }: Quirk,
  { written, config }: { readonly written: ReadonlyMap<string, Entry>; readonly config: LlmConfig },
): { readonly entry: Entry; readonly other?: Entry | undefined } | undefined {
  const entry = written.get(parameter)
  if (beside !== undefined) {
    const other = written.get(beside)
    if (entry !== undefined && other !== undefined) return { entry, other }
    // One of the two stands here, the other where the model is declared.
    const [here, there] = entry === undefined ? [other, parameter] : [entry, beside]
    return here !== undefined && isSet(there, config) ? { entry: here } : undefined
  }
  if (entry === undefined) return undefined
  if (above === undefined && butFor === undefined) return { entry }
  const value = entry.value.kind === 'scalar' ? entry.value.value : undefined
  // A value of another type is another mistake.
  if (typeof value !== 'number') return undefined
  return value === butFor || (above !== undefined && value <= above) ? undefined : { entry }
}

function isSet(parameter: string, { sampling, params }: LlmConfig): boolean {
  if (parameter === 'temperature') return sampling.temperature !== undefined
  if (parameter === 'top_p') return sampling.topP !== undefined
  return params !== undefined && Object.hasOwn(params, parameter)
}

interface Found extends Parameters {
  readonly name: string
  readonly span: Span
  readonly other: Entry | undefined
}

const verbs = { ignored: 'ignores', unsupported: 'does not support', refused: 'refuses' } as const

function report(quirk: Quirk, { name, span, other, config, owner, diagnosis }: Found): void {
  const { fate, above, butFor, beside, models } = quirk
  const whose = isOwn(quirk, config) ? config.provider : `the ${config.api} API`
  const who = models === undefined ? whose : `model "${config.model}"`
  const value = above !== undefined ? ` above ${above}` : butFor !== undefined ? ` other than ${butFor}` : ''
  const pair = beside === undefined ? '' : ` beside "${name === beside ? quirk.parameters[0] : beside}"`
  const message = `${who} ${verbs[fate]} "${name}"${value}${pair}, which ${owner} sets`
  const related =
    other === undefined ? {} : { related: [{ message: 'the other one is here', span: other.keySpan }] }
  const more = { ...related, help: advice(quirk, config) }
  if (fate === 'refused') diagnosis.error('refused-parameter', span, message, more)
  else diagnosis.warning('ignored-parameter', span, message, more)
}

function advice(quirk: Quirk, config: LlmConfig): string {
  const { above, beside, models } = quirk
  if (above !== undefined) return `write at most ${above}`
  if (beside !== undefined) return 'keep one of the two'
  if (!isOwn(quirk, config)) return 'remove it, or write "api: chat"'
  return `remove it, or use a ${models === undefined ? 'provider' : 'model'} that knows it`
}

/** Whether a quirk is the provider's own; an API may lack what the provider's other APIs have. */
function isOwn(quirk: Quirk, { provider }: LlmConfig): boolean {
  return presetOf(provider)?.quirks?.includes(quirk) === true
}

/** Reports an `api` that its provider is known not to have. */
export function checkApi(
  node: Node | undefined,
  { name, provider, api }: LlmConfig,
  diagnosis: Diagnosis,
): void {
  const apis = presetOf(provider)?.apis
  const written = textNode(child(node, 'api'))
  if (written === undefined || apis === undefined || apis.includes(api)) return
  diagnosis.error(
    'no-such-api',
    written.span,
    `llm "${name}" asks for the ${api} API, which ${provider} does not have`,
    { help: `write "api: ${apis.join('" or "api: ')}"` },
  )
}
