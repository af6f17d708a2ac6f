import { batchesOf } from '../retrieval/embedder.ts'
import { embeddingCost } from '../retrieval/embedding-cost.ts'
import type { Attempts } from './attempts.ts'
import type { ReadyStore, StepContext } from './step-run.ts'

/** The vectors of texts, one for each in their order, in as many calls as it takes. Rejects as `Attempts` does. */
export async function* embedded(
  texts: readonly string[],
  { embedder, lane, config }: ReadyStore,
  { attempts, context }: { readonly attempts: Attempts; readonly context: StepContext },
): AsyncGenerator<readonly Float32Array[], void, undefined> {
  const { signal } = context
  for (const batch of batchesOf(texts, (text) => text)) {
    const { vectors } = await attempts.make({
      attempt: () => embedder.embed(batch, { signal }),
      tell: ({ inputTokens, model, requestId }) => ({
        inputTokens,
        model,
        requestId,
        cost: embeddingCost(config.embeddings, inputTokens),
      }),
      // Roughly four characters a token.
      lane: { lane, tokens: Math.ceil(batch.reduce((sum, { length }) => sum + length, 0) / 4) },
    })
    yield vectors
  }
}
