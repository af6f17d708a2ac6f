/** One entry of a flow's `embeddings`, resolved: defaults filled in. */
export interface EmbeddingConfig {
  /** Its name in the flow. */
  readonly name: string
  readonly provider: string
  readonly model: string
  /** How long its vectors are to be, when the flow says so; otherwise as long as the model makes them. */
  readonly dimensions?: number
  /** As written in the flow; the provider's own when left out. */
  readonly baseUrl?: string
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string
  /** Header name → name of the environment variable that holds its value. */
  readonly headersEnv?: ReadonlyMap<string, string>
  /** Limit of one attempt. */
  readonly timeoutMs: number
  /** Attempts after the first one. */
  readonly maxRetries: number
  readonly maxConcurrency?: number
  readonly requestsPerMinute?: number
  readonly tokensPerMinute?: number
  /** Dollars per million tokens. */
  readonly price?: number
}

interface StoreBase {
  /** Its name in the flow. */
  readonly name: string
  /** What makes the vectors, of documents and of queries alike. */
  readonly embeddings: EmbeddingConfig
}

/** One SQLite file. */
export interface LocalStoreConfig extends StoreBase {
  readonly provider: 'local'
  /** As written: relative to the flow's folder, or below `./.llmflows`. */
  readonly path: string
}

/** A table of PostgreSQL with the extension pgvector. */
export interface PgvectorStoreConfig extends StoreBase {
  readonly provider: 'pgvector'
  /** Name of the environment variable that holds the connection URL. */
  readonly urlEnv: string
  readonly collection: string
}

/** A collection in a server that speaks HTTP; Pinecone calls it an index. */
export interface ServerStoreConfig extends StoreBase {
  readonly provider: 'chroma' | 'qdrant' | 'pinecone'
  /** As written in the flow; where it comes from otherwise: `urlEnv`, or the service's usual place. */
  readonly url?: string
  /** Name of the environment variable that says where the server is. */
  readonly urlEnv?: string
  /** Name of the environment variable that holds the key. */
  readonly apiKeyEnv?: string
  readonly collection: string
}

/** One entry of a flow's `vector_stores`, resolved. */
export type VectorStoreConfig = LocalStoreConfig | PgvectorStoreConfig | ServerStoreConfig
