import { closest } from '../diagnostics/closest.ts'
import { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { readDocument } from '../document/document.ts'
import type { Entry, Node } from '../document/node.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import type { CompiledFlow } from '../graph/compile.ts'
import { changeEveryFlow } from '../graph/every-flow.ts'
import type { SourceFile } from '../source/source-file.ts'
import type { Price } from './prices.ts'
import { providerNames } from '../flow/providers.ts'

/** Provider → model → price, as a user's price file has them. */
export type UserPrices = ReadonlyMap<string, ReadonlyMap<string, Price>>

const help =
  'write it like openai: { gpt-4o-mini: { input: 0.15, output: 0.60 } }, in dollars per million tokens'

/**
 * Reads a price file: `PROVIDER: { MODEL: { input: DOLLARS, output: DOLLARS } }`, per million tokens. Says all that is
 * wrong with it; a file that is partly wrong gives no prices.
 */
export function readUserPrices(file: SourceFile): {
  readonly prices: UserPrices
  readonly diagnostics: readonly Diagnostic[]
} {
  const { root, diagnostics } = readDocument(file)
  // A file of nothing but comments gives no prices, and that is all.
  if (diagnostics.every(({ code }) => code === 'empty-file') && root === undefined)
    return { prices: new Map(), diagnostics: [] }
  const diagnosis = new Diagnosis()
  const prices = new Map<string, ReadonlyMap<string, Price>>()
  for (const provider of entriesIn(root, 'the price file', diagnosis)) {
    if (!providerNames.includes(provider.key)) {
      const guess = closest(provider.key, providerNames)
      diagnosis.error('unknown-value', provider.keySpan, `there is no provider "${provider.key}"`, {
        help: guess === undefined ? `providers: ${providerNames.join(', ')}` : `did you mean "${guess}"?`,
      })
    }
    const models = new Map<string, Price>()
    for (const model of entriesIn(provider.value, `"${provider.key}"`, diagnosis)) {
      const price = readPrice(model, diagnosis)
      if (price !== undefined) models.set(model.key, price)
    }
    prices.set(provider.key, models)
  }
  const found = [...diagnostics, ...diagnosis.diagnostics]
  return { prices: found.length === 0 ? prices : new Map(), diagnostics: found }
}

function readPrice(model: Entry, diagnosis: Diagnosis): Price | undefined {
  const numbers = new Map<string, number>()
  for (const entry of entriesIn(model.value, `the price of "${model.key}"`, diagnosis)) {
    const { key, keySpan, value } = entry
    if (key !== 'input' && key !== 'output') {
      diagnosis.error('unknown-key', keySpan, `the price of "${model.key}" has no "${key}"`, { help })
    } else if (value.kind !== 'scalar' || typeof value.value !== 'number') {
      diagnosis.error('wrong-type', value.span, `"${key}" must be a number`, { help })
    } else if (value.value < 0) {
      diagnosis.error('out-of-range', value.span, `"${key}" must not be negative`)
    }
    numbers.set(key, value.kind === 'scalar' ? Number(value.value) : 0)
  }
  const [input, output] = [numbers.get('input'), numbers.get('output')]
  if (input !== undefined && output !== undefined) return { input, output }
  // A price that is no mapping has been reported already.
  if (model.value.kind !== 'map') return undefined
  const missing = input === undefined ? 'input' : 'output'
  diagnosis.error('missing-key', model.keySpan, `the price of "${model.key}" has no "${missing}"`, { help })
  return undefined
}

function entriesIn(node: Node | undefined, what: string, diagnosis: Diagnosis): Iterable<Entry> {
  if (node === undefined) return []
  if (node.kind === 'map') return node.entries.values()
  diagnosis.error('wrong-type', node.span, `${what} must be a mapping`, { help })
  return []
}

/** The same flow, with those inside it, its LLMs at the user's prices where the flow itself gives none. */
export function withPrices(compiled: CompiledFlow, prices: UserPrices): CompiledFlow {
  const priced = (config: LlmConfig): LlmConfig => {
    const price = prices.get(config.provider)?.get(config.model)
    return price === undefined || config.price !== undefined ? config : { ...config, price }
  }
  return changeEveryFlow(compiled, (flow) => ({
    ...flow,
    llms: new Map([...flow.llms].map(([name, config]) => [name, priced(config)])),
    steps: flow.steps.map((step) => (step.kind === 'llm' ? { ...step, llm: priced(step.llm) } : step)),
  }))
}
