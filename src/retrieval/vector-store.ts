import { LlmError } from '../llms/llm.ts'
import type { Filter } from './filter.ts'
import type { Metadata } from './metadata.ts'

/** What a store keeps of a document: its text, what is known of it, and where its vector points. */
export interface Entry {
  readonly id: string
  readonly text: string
  readonly metadata: Metadata
  /** Of unit length. */
  readonly vector: Float32Array
}

export interface Query {
  /** Of unit length, as long as those in the store. */
  readonly vector: Float32Array
  readonly topK: number
  /** Entries that are less alike are no hits. */
  readonly minScore?: number | undefined
  readonly filter?: Filter | undefined
}

export interface Hit {
  readonly id: string
  readonly text: string
  /** The cosine of the angle between the two vectors, from -1 to 1, whatever the store measures by. */
  readonly score: number
  readonly metadata: Metadata
}

export interface CallOptions {
  /** Aborting it ends the call as soon as the store can; the rejection is the signal's reason. */
  readonly signal: AbortSignal
}

/**
 * A collection of documents by their vectors, all made by one model. Every method is one attempt and rejects with an
 * `LlmError`, or with the signal's reason.
 */
export interface VectorStore {
  /** Writes entries over those with the same ids. What a call has written stays, also when a later one fails. */
  upsert(entries: readonly Entry[], options: CallOptions): Promise<void>
  /** The nearest entries, best first; those that are equally near in the order of their ids. */
  search(query: Query, options: CallOptions): Promise<readonly Hit[]>
  /** The metadata of the entries with these ids, as far as they are there. */
  fetch(ids: readonly string[], options: CallOptions): Promise<ReadonlyMap<string, Metadata>>
  /** All ids that there are, in pages, in no order. */
  ids(options: CallOptions): AsyncIterable<readonly string[]>
  /** Takes entries out; an id that is not there is no mistake. */
  remove(ids: readonly string[], options: CallOptions): Promise<void>
  /** How many entries there are. */
  count(options: CallOptions): Promise<number>
  close(): Promise<void>
}

/** How long the vectors are; throws an `LlmError` unless they are all equally long and of finite numbers. */
export function lengthOf(store: string, vectors: readonly Float32Array[]): number {
  const length = vectors[0]?.length ?? 0
  const isSound = vectors.every((vector) => vector.length === length && vector.every(Number.isFinite))
  if (isSound && length > 0) return length
  const message = `vector store "${store}" was given vectors that are not all equally long, or not of finite numbers`
  throw new LlmError('store-refused', message, { retryable: false })
}

/** The refusal of a store that holds the vectors of another model. */
export function otherModel(
  store: string,
  { theirs, ours }: { readonly theirs: string; readonly ours: string },
): LlmError {
  const message = `vector store "${store}" holds vectors made by ${theirs}, which those of ${ours} cannot be compared with`
  const help = 'give the store those embeddings again, or another place and index the documents anew'
  return new LlmError('store-refused', message, { retryable: false, help })
}

/** The refusal of a store whose vectors have another length. */
export function otherLength(
  store: string,
  { theirs, ours }: { readonly theirs: number; readonly ours: number },
): LlmError {
  const message = `vector store "${store}" holds vectors of ${theirs} dimensions, and one of ${ours} was given`
  const help =
    'give the embeddings the same "dimensions" again, or the store another place and index the documents anew'
  return new LlmError('store-refused', message, { retryable: false, help })
}

/** Hits in the order that a search promises, without those below its `minScore`. */
export function ranked(hits: readonly Hit[], { topK, minScore = -Infinity }: Query): readonly Hit[] {
  return hits
    .map((hit) => ({ ...hit, score: rounded(hit.score) }))
    .filter(({ score }) => score >= minScore)
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))
    .slice(0, topK)
}

/** To six digits: stores count in 32 bits, and each in an order of its own. */
function rounded(score: number): number {
  return Math.max(-1, Math.min(1, Math.round(score * 1e6) / 1e6))
}
