import type { Json } from '../source/json.ts'
import type { ReadyStore } from './step-run.ts'

/** Which store a step asks, and what makes its vectors, for the record. It names no key. */
export function storeRecord({ config, endpoint }: ReadyStore): Readonly<Record<string, Json>> {
  const { name, provider, embeddings } = config
  return {
    store: name,
    provider,
    ...(config.provider === 'local' ? { path: config.path } : { collection: config.collection }),
    embeddings: {
      name: embeddings.name,
      provider: embeddings.provider,
      model: embeddings.model,
      endpoint,
      ...(embeddings.dimensions === undefined ? {} : { dimensions: embeddings.dimensions }),
    },
  }
}
