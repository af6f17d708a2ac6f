import { LlmError } from '../llms/llm.ts'
import { badResponse, isObject, type JsonObject } from '../llms/json.ts'
import { type Route, routeTo } from '../llms/route.ts'
import type { TimeLimits } from '../llms/time-limits.ts'
import type { World } from '../llms/world.ts'
import { chromaWhere } from './chroma-filter.ts'
import { withFractions } from './fraction-json.ts'
import { postJson } from './json-call.ts'
import { metadataFrom } from './metadata.ts'
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

const LIMITS: TimeLimits = { connectMs: 10_000, firstByteMs: 60_000, idleMs: 60_000, attemptMs: 120_000 }
const PAGE = 300
/** Stands in metadata that is empty, which the server does not take. */
const FILLER = '_llmflows_'

interface ChromaOptions {
  /** The store's name in the flow, for messages. */
  readonly name: string
  readonly collection: string
  /** What makes the vectors. */
  readonly model: string
  readonly place: StorePlace
  readonly redact: (text: string) => string
  readonly world: World
}

interface Collection {
  readonly id: string
  /** Undefined while it is empty. */
  readonly dimensions: number | undefined
}

/**
 * A store in a collection of a Chroma server, over version 2 of its HTTP API and the transport that LLMs are called with.
 * The collection's metadata says that it is llmflows' and which model made its vectors.
 */
export function openChroma({ name, collection, model, place, redact, world }: ChromaOptions): VectorStore {
  const base = new URL(place.url)
  const root = `${base.pathname.replace(/\/$/, '')}/api/v2/tenants/default_tenant/databases/default_database/collections`
  const headers = {
    'user-agent': 'llmflows',
    ...(place.key === undefined ? {} : { 'x-chroma-token': place.key }),
  }
  let route: Promise<Route> | undefined
  let known: Collection | undefined

  async function post(path: string, fields: unknown, { signal }: CallOptions): Promise<unknown> {
    route ??= routeTo(base, undefined)
    const url = new URL(base)
    url.pathname = root + path
    const [limits, body] = [LIMITS, withFractions(fields, ['metadatas', 'where'])]
    const { value } = await postJson({
      url,
      headers,
      body,
      route: await route,
      limits,
      world,
      signal,
      redact,
    })
    return value
  }

  async function find(options: CallOptions): Promise<Collection> {
    if (known?.dimensions !== undefined) return known
    const made = await post(
      '',
      {
        name: collection,
        get_or_create: true,
        metadata: { llmflows: 1, model },
        configuration: { hnsw: { space: 'cosine' } },
      },
      options,
    )
    if (!isObject(made) || typeof made['id'] !== 'string' || !/^[\w-]{1,100}$/.test(made['id'])) {
      throw badResponse('the answer is no collection of Chroma')
    }
    // What was there before keeps its metadata.
    const metadata = isObject(made['metadata']) ? made['metadata'] : {}
    const theirs = metadata['model']
    if (metadata['llmflows'] !== 1 || typeof theirs !== 'string') {
      throw new LlmError(
        'store-refused',
        `the collection "${collection}" of vector store "${name}" was not made by llmflows`,
        {
          retryable: false,
          help: 'give the store another "collection"',
        },
      )
    }
    if (theirs !== model) throw otherModel(name, { theirs, ours: model })
    const dimension = made['dimension']
    known = { id: made['id'], dimensions: typeof dimension === 'number' ? dimension : undefined }
    return known
  }

  function fits({ dimensions }: Collection, length: number): void {
    if (dimensions !== undefined && dimensions !== length) {
      throw otherLength(name, { theirs: dimensions, ours: length })
    }
  }

  return {
    async upsert(entries, options) {
      if (entries.length === 0) return
      const length = lengthOf(
        name,
        entries.map(({ vector }) => vector),
      )
      const found = await find(options)
      fits(found, length)
      const last = [...new Map(entries.map((entry) => [entry.id, entry])).values()]
      const body = {
        ids: last.map(({ id }) => id),
        embeddings: last.map(({ vector }) => [...vector]),
        documents: last.map(({ text }) => text),
        metadatas: last.map(({ metadata }) => ({ ...metadata, [FILLER]: true })),
      }
      await post(`/${found.id}/upsert`, body, options)
    },

    async search(query, options) {
      const length = lengthOf(name, [query.vector])
      const found = await find(options)
      if (found.dimensions === undefined) return []
      fits(found, length)
      const where = chromaWhere(query.filter)
      const body = {
        query_embeddings: [[...query.vector]],
        n_results: query.topK,
        include: ['documents', 'metadatas', 'distances'],
        ...(where === undefined ? {} : { where }),
      }
      return ranked(hitsIn(await post(`/${found.id}/query`, body, options)), query)
    },

    async fetch(ids, options) {
      const { id } = await find(options)
      const rows = rowsIn(await post(`/${id}/get`, { ids, include: ['metadatas'] }, options))
      return new Map(rows.map(([key, metadata]) => [key, metadataFrom(metadata)]))
    },

    async *ids(options) {
      const { id } = await find(options)
      for (let offset = 0; ; offset += PAGE) {
        const rows = rowsIn(await post(`/${id}/get`, { limit: PAGE, offset, include: [] }, options))
        if (rows.length > 0) yield rows.map(([key]) => key)
        if (rows.length < PAGE) return
      }
    },

    async remove(ids, options) {
      const { id } = await find(options)
      await post(`/${id}/delete`, { ids }, options)
    },

    async count(options) {
      let count = 0
      for await (const page of this.ids(options)) count += page.length
      return count
    },

    // Connections are shared with everything that is called over HTTP.
    close: () => Promise.resolve(),
  }
}

/** The lists of an answer, one entry of each to a document. */
function rowsIn(value: unknown): readonly (readonly [id: string, metadata: unknown])[] {
  const answer: JsonObject = isObject(value) ? value : {}
  const { ids, metadatas } = answer
  if (!isTexts(ids)) throw badResponse('the answer of Chroma has no list of ids')
  return ids.map((id, place) => [id, Array.isArray(metadatas) ? metadatas[place] : undefined])
}

function hitsIn(value: unknown): readonly Hit[] {
  const answer: JsonObject = isObject(value) ? value : {}
  const [ids, documents, metadatas, distances] = ['ids', 'documents', 'metadatas', 'distances'].map((key) => {
    const lists = answer[key]
    const list: unknown = Array.isArray(lists) ? lists[0] : undefined
    return Array.isArray(list) ? (list as readonly unknown[]) : undefined
  })
  if (!isTexts(ids) || documents === undefined || metadatas === undefined || distances === undefined) {
    throw badResponse('the answer of Chroma is no result of a search')
  }
  return ids.map((id, place) => {
    const distance = distances[place]
    if (typeof distance !== 'number')
      throw badResponse('the answer of Chroma has a document without a distance')
    const text = documents[place]
    return {
      id,
      text: typeof text === 'string' ? text : '',
      score: 1 - distance,
      metadata: metadataFrom(metadatas[place]),
    }
  })
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
