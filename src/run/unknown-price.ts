import type { LlmConfig } from '../flow/llm-config.ts'
import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import { priceOf } from '../llms/prices.ts'
import type { RunProblem } from './refusal.ts'

/** Why a run whose cost is limited cannot start: a limit in dollars is none where a price is not known. */
export function unknownPrices(called: readonly LlmConfig[]): readonly RunProblem[] {
  const models = called.filter((config) => priceOf(config) === undefined)
  const names = [...new Set(models.map(nameOf))].join(', ')
  const way = '"price: { input: DOLLARS, output: DOLLARS }", in a file that LLMFLOWS_PRICES names'
  return models.length === 0 ? [] : [unknownPrice(names, way)]
}

/** The same of what makes vectors. */
export function unknownEmbeddingPrice(config: EmbeddingConfig): RunProblem {
  return unknownPrice(nameOf(config), '"price: DOLLARS"')
}

function unknownPrice(names: string, way: string): RunProblem {
  const message = `the cost of the run is limited, and there is no known price for ${names}`
  const help = `give it in the flow as ${way}, or leave it out of the sum with --allow-unpriced`
  return { code: 'unknown-price', message, help }
}

function nameOf({ provider, model }: { readonly provider: string; readonly model: string }): string {
  return `${provider}/${model}`
}
