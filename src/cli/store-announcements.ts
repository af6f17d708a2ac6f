import type { Flow } from '../flow/flow.ts'
import type { EmbeddingConfig, VectorStoreConfig } from '../flow/retrieval-config.ts'
import type { CheckOptions } from '../llms/open.ts'
import { embeddingPlace } from '../retrieval/open-embedder.ts'

/** Where the texts of searches go when that is no usual place, to be said before the first call. */
export function storeAnnouncements({ steps, vectorStores }: Flow, options: CheckOptions): readonly string[] {
  const used = new Set(
    steps.map((step) => (step.kind === 'search' || step.kind === 'index' ? step.store : '')),
  )
  return [...vectorStores.values()]
    .filter(({ name }) => used.has(name))
    .flatMap((store) => [...ofEmbeddings(store.embeddings, options), ...ofStore(store)])
}

function ofEmbeddings(config: EmbeddingConfig, options: CheckOptions): readonly string[] {
  const place = embeddingPlace(config, options)
  return place?.isDefault === false ? [`embeddings "${config.name}" call ${place.url}`] : []
}

function ofStore(config: VectorStoreConfig): readonly string[] {
  const { name, provider } = config
  if (provider === 'local') return []
  if (provider === 'pgvector')
    return [`vector store "${name}" is in the database that ${config.urlEnv} names`]
  return config.url === undefined ? [] : [`vector store "${name}" is at ${config.url}`]
}
