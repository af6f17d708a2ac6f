import type { LlmConfig } from './llm.ts'
import { priceTable } from './price-table.ts'
import { presetOf } from '../flow/providers.ts'

/** Dollars per million tokens. */
export interface Price {
  readonly input: number
  readonly output: number
}

/** A price and who says so. */
export interface KnownPrice extends Price {
  /** `configured`: the flow or the user's price file. `table`: the list that comes with llmflows. `local`: it costs nothing. */
  readonly source: 'configured' | 'table' | 'local'
  /** The day on which an entry of the table was last compared with what the provider publishes, as YYYY-MM-DD. */
  readonly checked?: string
}

/** Servers of one's own: what their tokens cost is nobody's list price. */
const ownServers: ReadonlySet<string> = new Set(['ollama', 'lmstudio', 'vllm', 'llama-cpp'])

const tables: ReadonlyMap<string, ReadonlyMap<string, KnownPrice>> = new Map(
  Object.entries(priceTable).map(([provider, { models }]) => [
    provider,
    new Map(
      models.map(([model, input, output, checked]) => [model, { input, output, source: 'table', checked }]),
    ),
  ]),
)

/**
 * What the tokens of an LLM cost; undefined when nobody has said. A configured price wins over the table; models in this
 * process cost nothing whatever is configured. The table holds for the provider's own address: not for a `base_url` that
 * a flow names.
 */
export function priceOf(config: LlmConfig): KnownPrice | undefined {
  const { provider, model, price, baseUrl } = config
  if (presetOf(provider)?.kind === 'process') return { input: 0, output: 0, source: 'local' }
  if (price !== undefined) return { ...price, source: 'configured' }
  if (ownServers.has(provider)) return { input: 0, output: 0, source: 'local' }
  return baseUrl === undefined ? listed(provider, model) : undefined
}

/** Dollars for that many tokens. */
export function dollarsFor(price: Price, inputTokens: number, outputTokens: number): number {
  return (inputTokens * price.input + outputTokens * price.output) / 1_000_000
}

const dated = /-\d{4}-?\d{2}-?\d{2}$/

/** A name with a whole date behind it, such as `gpt-4o-mini-2024-07-18`, is that model; any other has to be in the list. */
function listed(provider: string, model: string): KnownPrice | undefined {
  const models = tables.get(provider)
  return models?.get(model) ?? models?.get(model.replace(dated, ''))
}
