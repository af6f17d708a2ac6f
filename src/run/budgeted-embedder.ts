import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import type { Embedder } from '../retrieval/embedder.ts'
import { embeddingCost } from '../retrieval/embedding-cost.ts'
import type { Budget, Expense } from './budget.ts'
import { withinBudget } from './within-budget.ts'

/** What makes vectors, and is only called where the budget has room for the most that a call can take. */
export function budgetedEmbedder(embedder: Embedder, config: EmbeddingConfig, budget: Budget): Embedder {
  const expenseOf = (tokens: number): Expense => ({ tokens, cost: embeddingCost(config, tokens) ?? 0 })
  return {
    embed(texts, options) {
      return withinBudget({
        budget,
        // A token has at least one byte, and a model adds a few around each text.
        most: expenseOf(texts.reduce((sum, text) => sum + Buffer.byteLength(text) + TOKENS_A_TEXT, 0)),
        signal: options.signal,
        make: () => embedder.embed(texts, options),
        takenBy: ({ inputTokens }) => (inputTokens === undefined ? undefined : expenseOf(inputTokens)),
      })
    },
  }
}

const TOKENS_A_TEXT = 8
