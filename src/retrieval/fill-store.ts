import { createHash } from 'node:crypto'
import type { EmbeddingConfig } from '../flow/retrieval-config.ts'
import { LlmError } from '../llms/llm.ts'
import { retryDelay } from '../llms/retry.ts'
import type { Clock } from '../llms/world.ts'
import { type DocumentFile, documentFiles } from './document-files.ts'
import type { Document } from './documents.ts'
import { batchesOf, type Embedder } from './embedder.ts'
import { embeddingCost } from './embedding-cost.ts'
import { OWN } from './metadata.ts'
import { documentsIn, type FileProblem } from './read-file.ts'
import type { VectorStore } from './vector-store.ts'

/** What became of documents, so far or in the end. */
export interface Filling {
  /** Files that were read to their end. */
  readonly files: number
  readonly documents: number
  /** Embedded and written, since they are new or have changed. */
  readonly written: number
  readonly unchanged: number
  /** No longer in their file, or with `prune` in none. */
  readonly removed: number
  readonly calls: number
  readonly inputTokens: number
  /** Dollars; null when the price or the usage is not known. */
  readonly cost: number | null
}

export interface FillOptions {
  readonly paths: readonly string[]
  readonly store: VectorStore
  readonly embedder: Embedder
  /** How the embedder is configured: what its tokens cost, and how often a failed call is tried again. */
  readonly embeddings: EmbeddingConfig
  readonly size: number
  readonly overlap: number
  /** Whether documents are removed that come from none of the files. */
  readonly prune: boolean
  readonly signal: AbortSignal
  readonly clock: Clock
  readonly random: () => number
  /** Called after every step, with what there is so far and the file at hand. */
  readonly onProgress: (filling: Filling, file: string) => void
  readonly onProblem: (problem: FileProblem) => void
}

/** Stands in the metadata: what the document was when its vector was made. */
const HASH = `${OWN}hash`
/** Documents of one file that are looked up and written together; memory holds as many. */
const GROUP = 256

/**
 * Writes the documents of files to a store. Only what is new or has changed is embedded; what a call has written stays, so
 * that a second run goes on where the first was stopped. Rejects with an `LlmError`, or with the signal's reason.
 */
export async function fillStore(options: FillOptions): Promise<Filling> {
  const filler = new Filler(options)
  return filler.fill()
}

/** Knows what has been read and written; what a file or a store is it does not know. */
class Filler {
  readonly #options: FillOptions
  /** Ids of all documents of this run: what else is in the store may be pruned. */
  readonly #ids = new Set<string>()
  readonly #files = new Set<string>()
  #filling: Filling = {
    files: 0,
    documents: 0,
    written: 0,
    unchanged: 0,
    removed: 0,
    calls: 0,
    inputTokens: 0,
    cost: 0,
  }
  #hasProblems = false

  constructor(options: FillOptions) {
    this.#options = options
  }

  async fill(): Promise<Filling> {
    const { paths, signal, onProblem } = this.#options
    for await (const found of documentFiles(paths)) {
      signal.throwIfAborted()
      if ('name' in found) await this.#fillFrom(found)
      else {
        this.#hasProblems = true
        onProblem({ place: found.path, problem: found.problem })
      }
    }
    await this.#removeOthers()
    return this.#filling
  }

  async #fillFrom(file: DocumentFile): Promise<void> {
    const { onProblem } = this.#options
    let group: Document[] = []
    for await (const found of documentsIn(file, this.#options)) {
      if ('problem' in found) {
        this.#hasProblems = true
        onProblem(found)
        continue
      }
      if (this.#ids.has(found.id)) {
        this.#hasProblems = true
        onProblem({
          place: file.path,
          problem: `the id "${found.id}" stands twice; the first document counts`,
        })
        continue
      }
      this.#ids.add(found.id)
      group.push(found)
      if (group.length < GROUP) continue
      await this.#write(group, file)
      group = []
    }
    await this.#write(group, file)
    this.#files.add(file.name)
    this.#tell({ files: 1 }, file.name)
  }

  async #write(documents: readonly Document[], file: DocumentFile): Promise<void> {
    const { store, embedder, signal } = this.#options
    if (documents.length === 0) return
    const known = await this.#tried(() =>
      store.fetch(
        documents.map(({ id }) => id),
        { signal },
      ),
    )
    const changed = documents
      .map((document) => ({ ...document, hash: hashOf(document) }))
      .filter(({ id, hash }) => known.get(id)?.[HASH] !== hash)
    this.#tell({ documents: documents.length, unchanged: documents.length - changed.length }, file.name)
    for (const batch of batchesOf(changed, embeddedText)) {
      const texts = batch.map(embeddedText)
      const { vectors, inputTokens } = await this.#tried(() => embedder.embed(texts, { signal }))
      const entries = batch.flatMap(({ id, text, metadata, hash }, place) => {
        const vector = vectors[place]
        return vector === undefined ? [] : [{ id, text, vector, metadata: { ...metadata, [HASH]: hash } }]
      })
      await this.#tried(() => store.upsert(entries, { signal }))
      const cost = embeddingCost(this.#options.embeddings, inputTokens)
      this.#tell({ written: entries.length, calls: 1, inputTokens: inputTokens ?? 0, cost }, file.name)
    }
  }

  /** A file that has become shorter leaves its last chunks behind; a file that is gone, all of them. */
  async #removeOthers(): Promise<void> {
    const { store, signal, prune } = this.#options
    // What could not be read may be there all the same.
    if (this.#hasProblems) return
    const stale: string[] = []
    for await (const page of store.ids({ signal })) {
      const others = page.filter((id) => !this.#ids.has(id))
      stale.push(...others.filter((id) => prune || this.#files.has(fileOf(id))))
    }
    for (let at = 0; at < stale.length; at += GROUP) {
      const some = stale.slice(at, at + GROUP)
      await this.#tried(() => store.remove(some, { signal }))
      this.#tell({ removed: some.length }, '')
    }
  }

  /** Tries again what may succeed then, as often as calls of the embeddings are. */
  async #tried<T>(work: () => Promise<T>): Promise<T> {
    const { clock, random, signal, embeddings } = this.#options
    const { maxRetries } = embeddings
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted()
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof LlmError)) throw error
        const delay = retryDelay({ error, attempt, maxRetries, random })
        if (delay === undefined) throw error
        await clock.sleep(delay, signal)
      }
    }
  }

  #tell(more: Partial<Filling>, file: string): void {
    const before = this.#filling
    const {
      files = 0,
      documents = 0,
      written = 0,
      unchanged = 0,
      removed = 0,
      calls = 0,
      inputTokens = 0,
      cost = 0,
    } = more
    this.#filling = {
      files: before.files + files,
      documents: before.documents + documents,
      written: before.written + written,
      unchanged: before.unchanged + unchanged,
      removed: before.removed + removed,
      calls: before.calls + calls,
      inputTokens: before.inputTokens + inputTokens,
      cost: before.cost === null || cost === null ? null : before.cost + cost,
    }
    this.#options.onProgress(this.#filling, file)
  }
}

/** What is embedded: a chunk with the headings that it stands under, since they often name what it is about. */
function embeddedText({ text, metadata }: Document): string {
  const { heading } = metadata
  return typeof heading === 'string' ? `${heading}\n${text}` : text
}

function hashOf({ text, metadata }: Document): string {
  const sorted = Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256')
    .update(JSON.stringify([text, sorted]))
    .digest('hex')
    .slice(0, 32)
}

/** The file whose chunk has such an id; the id itself where it is no chunk's. */
function fileOf(id: string): string {
  return id.replace(/#\d+$/, '')
}
