import type { QdrantClient } from '@qdrant/js-client-rest'
import { badResponse } from '../llms/json.ts'
import { LlmError } from '../llms/llm.ts'
import { callClient, statusOf } from './client-call.ts'
import { hashedId, ID, MODEL, TEXT } from './hashed-id.ts'
import { metadataFrom } from './metadata.ts'
import { missingPackage } from './package.ts'
import { qdrantFilter } from './qdrant-filter.ts'
import type { StorePlace } from './store-place.ts'
import {
  type CallOptions,
  type Hit,
  lengthOf,
  otherLength,
  otherModel,
  ranked,
  type VectorStore,
} from './vector-store.ts'

const PAGE = 500

interface QdrantOptions {
  /** The store's name in the flow, for messages. */
  readonly name: string
  readonly collection: string
  /** What makes the vectors. */
  readonly model: string
  readonly place: StorePlace
  readonly redact: (text: string) => string
}

type Payload = Record<string, unknown> | null | undefined

/**
 * A store in a collection of a Qdrant server, over Qdrant's own client. Every point says in its payload what its id is, since
 * Qdrant takes only numbers and UUIDs, and which model made its vector.
 */
export async function openQdrant({
  name,
  collection,
  model,
  place,
  redact,
}: QdrantOptions): Promise<VectorStore> {
  const client = await openClient(place)
  const { origin } = place.url
  const collection_name = collection
  let dimensions: number | undefined

  const call = <T>({ signal }: CallOptions, work: (init: RequestInit) => Promise<T>): Promise<T> =>
    // A redirect would take the key along.
    callClient({ origin, signal, redact }, (limit) => work({ signal: limit, redirect: 'error' }))

  /** How long the collection's vectors are; undefined when there is no collection. */
  async function look(options: CallOptions): Promise<number | undefined> {
    if (dimensions !== undefined) return dimensions
    const found = await call(options, async (init) => {
      try {
        const { data } = await client.api().getCollection({ collection_name }, init)
        const vectors: unknown = data.result?.config.params.vectors
        const size = isSized(vectors) && vectors.distance === 'Cosine' ? vectors.size : undefined
        if (size === undefined) throw notOurs('has other vectors than one of cosine distance for each point')
        return size
      } catch (error) {
        if (error instanceof Error && statusOf(error) === 404) return undefined
        throw error
      }
    })
    if (found !== undefined) await checkModel(options)
    dimensions = found
    return dimensions
  }

  async function checkModel(options: CallOptions): Promise<void> {
    const { data } = await call(options, (init) =>
      client.api().scrollPoints({ collection_name, limit: 1, with_payload: true }, init),
    )
    const [point] = data.result?.points ?? []
    if (point !== undefined) checked(point.payload)
  }

  function checked(payload: Payload): { readonly id: string; readonly text: string } {
    const [id, text, theirs] = [ID, TEXT, MODEL].map((key) => payload?.[key])
    if (typeof id !== 'string' || typeof text !== 'string' || typeof theirs !== 'string') {
      throw notOurs('has points that llmflows has not written')
    }
    if (theirs !== model) throw otherModel(name, { theirs, ours: model })
    return { id, text }
  }

  function notOurs(what: string): LlmError {
    const message = `the collection "${collection}" of vector store "${name}" ${what}`
    return new LlmError('store-refused', message, {
      retryable: false,
      help: 'give the store another "collection"',
    })
  }

  function fits(theirs: number, ours: number): void {
    if (theirs !== ours) throw otherLength(name, { theirs, ours })
  }

  return {
    async upsert(entries, options) {
      if (entries.length === 0) return
      const size = lengthOf(
        name,
        entries.map(({ vector }) => vector),
      )
      const found = await look(options)
      if (found === undefined) {
        await call(options, (init) =>
          client.api().createCollection({ collection_name, vectors: { size, distance: 'Cosine' } }, init),
        )
        dimensions = size
      } else fits(found, size)
      const points = entries.map(({ id, text, metadata, vector }) => ({
        id: hashedId(id),
        vector: [...vector],
        payload: { ...metadata, [ID]: id, [TEXT]: text, [MODEL]: model },
      }))
      await call(options, (init) => client.api().upsertPoints({ collection_name, wait: true, points }, init))
    },

    async search(query, options) {
      const length = lengthOf(name, [query.vector])
      const found = await look(options)
      if (found === undefined) return []
      fits(found, length)
      const filter = qdrantFilter(query.filter)
      const { data } = await call(options, (init) =>
        client.api().queryPoints(
          {
            collection_name,
            query: [...query.vector],
            limit: query.topK,
            with_payload: true,
            ...(filter === undefined ? {} : { filter }),
          },
          init,
        ),
      )
      const points = data.result?.points
      if (!Array.isArray(points)) throw badResponse('the answer of Qdrant is no result of a search')
      const hits = points.map(({ score, payload }): Hit => {
        return { ...checked(payload), score, metadata: withoutText(payload) }
      })
      return ranked(hits, query)
    },

    async fetch(ids, options) {
      if ((await look(options)) === undefined) return new Map()
      const { data } = await call(options, (init) =>
        client.api().getPoints({ collection_name, ids: ids.map(hashedId), with_payload: true }, init),
      )
      return new Map((data.result ?? []).map(({ payload }) => [checked(payload).id, withoutText(payload)]))
    },

    async *ids(options) {
      if ((await look(options)) === undefined) return
      for (let offset: string | number | undefined; ;) {
        const from = offset
        const { data } = await call(options, (init) =>
          client.api().scrollPoints(
            {
              collection_name,
              limit: PAGE,
              with_payload: true,
              ...(from === undefined ? {} : { offset: from }),
            },
            init,
          ),
        )
        const points = data.result?.points ?? []
        if (points.length > 0) yield points.map(({ payload }) => checked(payload).id)
        const next: unknown = data.result?.next_page_offset
        if (typeof next !== 'string' && typeof next !== 'number') return
        offset = next
      }
    },

    async remove(ids, options) {
      if (ids.length === 0 || (await look(options)) === undefined) return
      const points = ids.map(hashedId)
      await call(options, (init) => client.api().deletePoints({ collection_name, wait: true, points }, init))
    },

    async count(options) {
      if ((await look(options)) === undefined) return 0
      const { data } = await call(options, (init) =>
        client.api().countPoints({ collection_name, exact: true }, init),
      )
      return data.result?.count ?? 0
    },

    // Its connections end by themselves when they are idle.
    close: () => Promise.resolve(),
  }
}

async function openClient({ url, key }: StorePlace): Promise<QdrantClient> {
  try {
    const { QdrantClient } = await import('@qdrant/js-client-rest')
    return new QdrantClient({
      host: url.hostname,
      port: url.port === '' ? 6333 : Number(url.port),
      https: url.protocol === 'https:',
      prefix: url.pathname.replace(/\/$/, ''),
      // Given as a header, since the client writes a warning to the console for a key over plain HTTP.
      headers: key === undefined ? {} : { 'api-key': key },
      timeout: Infinity,
      checkCompatibility: false,
    })
  } catch (error) {
    throw missingPackage(error, {
      needs: 'vector stores of provider "qdrant"',
      packages: ['@qdrant/js-client-rest'],
    })
  }
}

function withoutText(payload: Payload): Hit['metadata'] {
  const { [TEXT]: _text, ...others } = metadataFrom(payload)
  return others
}

function isSized(vectors: unknown): vectors is { readonly size: number; readonly distance: unknown } {
  return (
    typeof vectors === 'object' &&
    vectors !== null &&
    'size' in vectors &&
    typeof vectors.size === 'number' &&
    'distance' in vectors
  )
}
