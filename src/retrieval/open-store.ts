import type { EmbeddingConfig, VectorStoreConfig } from '../flow/retrieval-config.ts'
import { LlmError } from '../llms/llm.ts'
import type { CheckOptions, OpenOptions } from '../llms/open.ts'
import { createRedactor, secretsIn } from '../llms/redaction.ts'
import { pgvectorUrl } from './pgvector-url.ts'
import { type StoreProblem, storePlace } from './store-place.ts'
import { storePath } from './store-path.ts'
import type { VectorStore } from './vector-store.ts'

interface Surroundings {
  /** Path of the flow file, as the user wrote it. */
  readonly flowPath: string
}

/** Why a store cannot be used, found without opening it; undefined when nothing speaks against it. */
export function checkStore(
  config: VectorStoreConfig,
  options: CheckOptions & Surroundings,
): StoreProblem | undefined {
  switch (config.provider) {
    case 'local':
      return storePath(config.path, options.flowPath) === undefined ? outside(config) : undefined
    case 'pgvector': {
      const url = pgvectorUrl(config, options)
      return 'code' in url ? url : undefined
    }
    case 'chroma':
    case 'qdrant':
    case 'pinecone': {
      const place = storePlace(config, options)
      return 'code' in place ? place : undefined
    }
  }
}

/**
 * Makes a store ready. Loads what its provider needs and nothing else, and connects to nothing before it is used. Rejects
 * with an `LlmError` where `checkStore` finds a problem, and where a package is missing.
 */
export async function openStore(
  config: VectorStoreConfig,
  options: OpenOptions & Surroundings,
): Promise<VectorStore> {
  const { world, allowHosts, allowEnv = [] } = options
  const { name } = config
  const model = modelOf(config.embeddings)
  const check = { env: world.env, allowHosts, allowEnv }
  if (config.provider === 'local') {
    const path = storePath(config.path, options.flowPath)
    if (path === undefined) throw refusal(outside(config))
    const { openLocal } = await import('./local-store.ts')
    return openLocal({ name, path, model })
  }
  const { collection } = config
  if (config.provider === 'pgvector') {
    const found = pgvectorUrl(config, check)
    if ('code' in found) throw refusal(found)
    const { openPgvector } = await import('./pgvector-store.ts')
    return openPgvector({ name, collection, model, url: found.url })
  }
  const place = storePlace(config, check)
  if ('code' in place) throw refusal(place)
  const redact = createRedactor([...secretsIn(world.env), ...(place.key === undefined ? [] : [place.key])])
  const shared = { name, collection, model, place, redact, world }
  switch (config.provider) {
    case 'chroma': {
      const { openChroma } = await import('./chroma-store.ts')
      return openChroma(shared)
    }
    case 'qdrant': {
      const { openQdrant } = await import('./qdrant-store.ts')
      return openQdrant(shared)
    }
    case 'pinecone': {
      const { openPinecone } = await import('./pinecone-store.ts')
      return openPinecone(shared)
    }
  }
}

/** What vectors have in common that can be compared. */
export function modelOf({ provider, model }: EmbeddingConfig): string {
  return `${provider}/${model}`
}

function outside({ name, path }: { readonly name: string; readonly path: string }): StoreProblem {
  return {
    code: 'store-outside',
    message: `the path of vector store "${name}", "${path}", leads out of the flow's folder`,
    help: 'write it like ./.llmflows/wiki, which is in the working folder, or as a file beside the flow',
  }
}

function refusal({ message, help }: StoreProblem): LlmError {
  return new LlmError('store-refused', message, { retryable: false, help })
}
