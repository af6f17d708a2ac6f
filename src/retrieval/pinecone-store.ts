import type { Index, Pinecone } from '@pinecone-database/pinecone'
import { LlmError } from '../llms/llm.ts'
import { CALL_MS, callClient } from './client-call.ts'
import { hashedId, ID, MODEL, TEXT } from './hashed-id.ts'
import { type Metadata, metadataFrom } from './metadata.ts'
import { missingPackage } from './package.ts'
import { pineconeFilter } from './pinecone-filter.ts'
import type { StorePlace } from './store-place.ts'
import {
  type CallOptions,
  lengthOf,
  otherLength,
  otherModel,
  ranked,
  type VectorStore,
} from './vector-store.ts'

/** As many as the service lists or fetches at a time. */
const PAGE = 100
const CONTROL_HOST = 'api.pinecone.io'

interface PineconeOptions {
  /** The store's name in the flow, for messages. */
  readonly name: string
  /** Pinecone's index. It must be there: making one is a choice of region and price. */
  readonly collection: string
  /** What makes the vectors. */
  readonly model: string
  readonly place: StorePlace
  readonly redact: (text: string) => string
}

/**
 * A store in an index of Pinecone, over Pinecone's own client, which finds the index by its name or is told its address.
 * Every record says in its metadata which document it is and which model made its vector.
 */
export async function openPinecone({
  name,
  collection,
  model,
  place,
  redact,
}: PineconeOptions): Promise<VectorStore> {
  const client = await openClient(place)
  const { origin, hostname } = place.url
  const index: Index =
    hostname === CONTROL_HOST
      ? client.index({ name: collection })
      : client.index({ name: collection, host: origin })
  let dimensions: number | undefined

  const call = <T>({ signal }: CallOptions, work: () => Promise<T>): Promise<T> =>
    callClient({ origin, signal, redact }, work)

  async function fits(ours: number, options: CallOptions): Promise<void> {
    if (dimensions === undefined) {
      const stats = await call(options, () => index.describeIndexStats())
      // One record speaks for all: none is written before this has been asked.
      const { vectors = [] } = await call(options, () => index.listPaginated({ limit: 1 }))
      for (const metadata of await fetched(
        vectors.flatMap(({ id }) => id ?? []),
        options,
      )) {
        checked(metadata)
      }
      dimensions = stats.dimension
    }
    if (dimensions !== undefined && dimensions !== ours) throw otherLength(name, { theirs: dimensions, ours })
  }

  function checked(metadata: Metadata): { readonly id: string; readonly text: string } {
    const { [ID]: id, [TEXT]: text, [MODEL]: theirs } = metadata
    if (typeof id !== 'string' || typeof text !== 'string' || typeof theirs !== 'string') {
      const message = `the index "${collection}" of vector store "${name}" has records that llmflows has not written`
      throw new LlmError('store-refused', message, {
        retryable: false,
        help: 'give the store another "collection"',
      })
    }
    if (theirs !== model) throw otherModel(name, { theirs, ours: model })
    return { id, text }
  }

  async function fetched(ids: readonly string[], options: CallOptions): Promise<readonly Metadata[]> {
    const found: Metadata[] = []
    for (let at = 0; at < ids.length; at += PAGE) {
      const { records } = await call(options, () => index.fetch({ ids: ids.slice(at, at + PAGE) }))
      for (const { metadata } of Object.values(records)) found.push(metadataFrom(metadata ?? {}))
    }
    return found
  }

  return {
    async upsert(entries, options) {
      if (entries.length === 0) return
      await fits(
        lengthOf(
          name,
          entries.map(({ vector }) => vector),
        ),
        options,
      )
      const records = entries.map(({ id, text, metadata, vector }) => ({
        id: hashedId(id),
        values: [...vector],
        metadata: { ...metadata, [ID]: id, [TEXT]: text, [MODEL]: model },
      }))
      await call(options, () => index.upsert({ records }))
    },

    async search(query, options) {
      await fits(lengthOf(name, [query.vector]), options)
      const filter = pineconeFilter(query.filter)
      const { matches } = await call(options, () =>
        index.query({
          vector: [...query.vector],
          topK: query.topK,
          includeMetadata: true,
          ...(filter === undefined ? {} : { filter }),
        }),
      )
      const hits = matches.map(({ score = 0, metadata }) => {
        const found = metadataFrom(metadata ?? {})
        return { ...checked(found), score, metadata: withoutText(found) }
      })
      return ranked(hits, query)
    },

    async fetch(ids, options) {
      const found = await fetched(ids.map(hashedId), options)
      return new Map(found.map((metadata) => [checked(metadata).id, withoutText(metadata)]))
    },

    async *ids(options) {
      for (let token: string | undefined; ;) {
        const from = token
        const page = await call(options, () =>
          index.listPaginated({ limit: PAGE, ...(from === undefined ? {} : { paginationToken: from }) }),
        )
        const ids = (page.vectors ?? []).flatMap(({ id }) => id ?? [])
        if (ids.length > 0) yield (await fetched(ids, options)).map((metadata) => checked(metadata).id)
        token = page.pagination?.next
        if (token === undefined || token === '') return
      }
    },

    async remove(ids, options) {
      if (ids.length > 0) await call(options, () => index.deleteMany({ ids: ids.map(hashedId) }))
    },

    async count(options) {
      const stats = await call(options, () => index.describeIndexStats())
      return stats.totalRecordCount ?? 0
    },

    // It holds no connections of its own.
    close: () => Promise.resolve(),
  }
}

async function openClient({ key = '' }: StorePlace): Promise<Pinecone> {
  try {
    const { Pinecone } = await import('@pinecone-database/pinecone')
    return new Pinecone({
      apiKey: key,
      // Retries are ours.
      maxRetries: 0,
      // A redirect would take the key along.
      fetchApi: (input: string | URL | Request, init?: RequestInit) =>
        fetch(input, { ...init, redirect: 'error', signal: AbortSignal.timeout(CALL_MS) }),
    })
  } catch (error) {
    throw missingPackage(error, {
      needs: 'vector stores of provider "pinecone"',
      packages: ['@pinecone-database/pinecone'],
    })
  }
}

function withoutText(metadata: Metadata): Metadata {
  const { [TEXT]: _text, ...others } = metadata
  return others
}
