import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { Entry, MapNode, Node, ScalarNode } from '../document/node.ts'
import type { Span } from '../source/span.ts'
import { durationAt } from './llms.ts'
import { child, entriesOf, mapOf, numberAt, textAt, textNode } from './reader.ts'
import type { EmbeddingConfig, VectorStoreConfig } from './retrieval-config.ts'

const DEFAULT_TIMEOUT_MS = 600_000
const DEFAULT_MAX_RETRIES = 3
const DEFAULT_OPENAI_MODEL = 'text-embedding-3-small'

type Name = ScalarNode & { readonly value: string }

/** The flow's `embeddings` and `vector_stores`: finds a store by name, and knows which were never asked for. */
export class Retrieval {
  readonly #embeddings = new Map<string, EmbeddingConfig>()
  readonly #stores = new Map<string, VectorStoreConfig>()
  readonly #spans = new Map<string, Span>()
  readonly #embeddingSpans = new Map<string, Span>()
  readonly #used = new Set<string>()
  readonly #diagnosis: Diagnosis

  constructor(root: MapNode, diagnosis: Diagnosis) {
    this.#diagnosis = diagnosis
    const defaults = child(root, 'defaults')
    for (const entry of entriesOf(child(root, 'embeddings'))) {
      this.#embeddings.set(entry.key, readEmbeddings(entry.key, entry.value, defaults))
      this.#embeddingSpans.set(entry.key, entry.keySpan)
    }
    for (const entry of entriesOf(child(root, 'vector_stores'))) {
      const node = mapOf(entry.value)
      const embeddings = this.#findEmbeddings(textNode(child(node, 'embeddings')), defaults)
      this.#stores.set(entry.key, this.#readStore(entry, embeddings))
      this.#spans.set(entry.key, entry.keySpan)
    }
  }

  /** Every store by its name. */
  get stores(): ReadonlyMap<string, VectorStoreConfig> {
    return this.#stores
  }

  /** The name of the store that a step uses; reported when there is none. The one that was probably meant stands in for it. */
  find(node: Node | undefined, user: string): string {
    const name = textNode(node)
    if (name === undefined) return ''
    if (this.#stores.has(name.value)) {
      this.#used.add(name.value)
      return name.value
    }
    const guess = this.#diagnosis.guesses.closest(name.value, this.#stores.keys())
    if (guess !== undefined) this.#used.add(guess)
    this.#diagnosis.error(
      'unknown-store',
      name.span,
      `${user} uses the vector store "${name.value}", which is not declared`,
      suggestion(guess, this.#spans, {
        kind: 'vector stores',
        otherwise: `declare it under "vector_stores:", such as "wiki: { provider: local }"`,
      }),
    )
    return guess ?? ''
  }

  /** Warns of the stores that no step uses, and of the embeddings that no store uses. */
  reportUnused(): void {
    for (const [name, span] of this.#spans) {
      if (this.#used.has(name)) continue
      this.#diagnosis.warning('unused-store', span, `no step uses the vector store "${name}"`, {
        help: 'remove it, or use it in a step with "search:" or "index:"',
      })
    }
    const used = new Set([...this.#stores.values()].map(({ embeddings }) => embeddings.name))
    for (const [name, span] of this.#embeddingSpans) {
      if (used.has(name)) continue
      this.#diagnosis.warning('unused-embeddings', span, `no vector store uses the embeddings "${name}"`, {
        help: 'remove them, or name them in a vector store with "embeddings:"',
      })
    }
  }

  #findEmbeddings(name: Name | undefined, defaults: Node | undefined): EmbeddingConfig {
    const [first] = this.#embeddings.values()
    // Without any, those that need no key and no network.
    const fallback = first ?? readEmbeddings('embedded', undefined, defaults)
    if (name === undefined) return fallback
    const found = this.#embeddings.get(name.value)
    if (found !== undefined) return found
    const guess = this.#diagnosis.guesses.closest(name.value, this.#embeddings.keys())
    this.#diagnosis.error(
      'unknown-embeddings',
      name.span,
      `there are no embeddings "${name.value}"`,
      suggestion(guess, this.#embeddingSpans, {
        kind: 'embeddings',
        otherwise: `declare them under "embeddings:", such as "small: { provider: openai, model: ${DEFAULT_OPENAI_MODEL} }"`,
      }),
    )
    return (guess === undefined ? undefined : this.#embeddings.get(guess)) ?? fallback
  }

  #readStore({ key: name, value }: Entry, embeddings: EmbeddingConfig): VectorStoreConfig {
    const provider = textAt(value, 'provider') ?? 'local'
    const collection = textAt(value, 'collection') ?? name
    switch (provider) {
      case 'pgvector':
        return { name, embeddings, provider, collection, urlEnv: textAt(value, 'url_env') ?? 'PGVECTOR_URL' }
      case 'chroma':
      case 'qdrant':
      case 'pinecone': {
        const [url, urlEnv, apiKeyEnv] = ['url', 'url_env', 'api_key_env'].map((key) => textAt(value, key))
        return {
          name,
          embeddings,
          provider,
          collection,
          ...(url === undefined ? {} : { url }),
          ...(urlEnv === undefined ? {} : { urlEnv }),
          ...(apiKeyEnv === undefined ? {} : { apiKeyEnv }),
        }
      }
      default:
        return { name, embeddings, provider: 'local', path: this.#readPath(name, value) }
    }
  }

  #readPath(name: string, store: Node): string {
    const path = textNode(child(store, 'path'))
    if (path === undefined) return `.llmflows/${name}.sqlite`
    const parts = path.value.split(/[\\/]/)
    if (parts.includes('..') || parts[0] === '' || /^[A-Za-z]:/.test(path.value)) {
      this.#diagnosis.error(
        'bad-value',
        path.span,
        `the path of vector store "${name}" leads out of the flow's folder`,
        {
          help: `write it like ./.llmflows/${name}, which is in the working folder, or as a file beside the flow`,
        },
      )
    }
    return path.value
  }
}

function readEmbeddings(name: string, node: Node | undefined, defaults: Node | undefined): EmbeddingConfig {
  const provider = textAt(node, 'provider') ?? 'embedded'
  const headers = [...entriesOf(child(node, 'headers_env'))].map((entry): [string, string] => [
    entry.key,
    textNode(entry.value)?.value ?? '',
  ])
  const optional = {
    dimensions: numberAt(node, 'dimensions'),
    baseUrl: textAt(node, 'base_url'),
    apiKeyEnv: textAt(node, 'api_key_env'),
    headersEnv: headers.length === 0 ? undefined : new Map(headers),
    maxConcurrency: numberAt(node, 'max_concurrency'),
    requestsPerMinute: numberAt(node, 'requests_per_minute'),
    tokensPerMinute: numberAt(node, 'tokens_per_minute'),
    price: numberAt(node, 'price'),
  }
  return {
    name,
    provider,
    // The other providers must be told; the schema asks for it.
    model: textAt(node, 'model') ?? (provider === 'openai' ? DEFAULT_OPENAI_MODEL : provider),
    timeoutMs: durationAt(node, 'timeout') ?? durationAt(defaults, 'timeout') ?? DEFAULT_TIMEOUT_MS,
    maxRetries: numberAt(node, 'max_retries') ?? numberAt(defaults, 'max_retries') ?? DEFAULT_MAX_RETRIES,
    ...definedOnly(optional),
  }
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function definedOnly<T extends object>(object: T): Defined<T> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>
}

function suggestion(
  guess: string | undefined,
  spans: ReadonlyMap<string, Span>,
  { kind, otherwise }: { readonly kind: string; readonly otherwise: string },
) {
  const span = guess === undefined ? undefined : spans.get(guess)
  const list = spans.size === 0 ? otherwise : `the ${kind} here are ${shortList(spans)}`
  return {
    ...(span === undefined ? {} : { related: [{ message: 'similar name declared here', span }] }),
    help: guess === undefined ? list : `did you mean "${guess}"?`,
  }
}
