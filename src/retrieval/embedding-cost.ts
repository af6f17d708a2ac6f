import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import { dollarsFor, priceOf } from '../llms/prices.ts'
import { asLlm } from './open-embedder.ts'

/** Dollars for the tokens of texts; null when the price or the usage is not known. What costs nothing costs 0. */
export function embeddingCost(config: EmbeddingConfig, tokens: number | undefined): number | null {
  const price = priceOf(asLlm(config))
  if (price === undefined) return null
  if (price.input === 0) return 0
  return tokens === undefined ? null : dollarsFor(price, tokens, 0)
}
