import type { CompiledFlow } from '../graph/compile.ts'
import type { World } from '../llms/world.ts'
import type { Filling } from '../retrieval/fill-store.ts'
import type { FileProblem } from '../retrieval/read-file.ts'
import { openNamedStore } from './open-stores.ts'
import { RunRefused } from './refusal.ts'
import { systemWorld } from './system-world.ts'

export type { FileProblem, Filling }

export interface IndexOptions {
  /** Name of the vector store in the flow. */
  readonly store: string
  /** Text, Markdown and JSON Lines files, and folders of them. */
  readonly paths: readonly string[]
  /** Characters of a chunk at most. Default 500. */
  readonly chunkSize?: number
  /** Characters that a chunk repeats of the one before at most; less than half of its size. Default 0. */
  readonly overlap?: number
  /** Whether documents are removed that come from none of the files. Default false. */
  readonly prune?: boolean
  /** Where keys and settings come from. Default: the environment of the process. */
  readonly env?: World['env']
  /** Hosts that documents may be sent to although the flow names them: `host` or `host:port`. Default: none. */
  readonly allowHosts?: readonly string[]
  /** Variables whose values may be sent where the flow says. Default: none. */
  readonly allowEnv?: readonly string[]
  /** Aborting it ends the work; what has been written stays. */
  readonly signal?: AbortSignal
  /** Called again and again, with what there is so far and the file at hand. */
  readonly onProgress?: (filling: Filling, file: string) => void
  /** Called for each file or line that could not be read. */
  readonly onProblem?: (problem: FileProblem) => void
}

/**
 * Writes the documents of files to a vector store of a flow. Only what is new or has changed is embedded, so that a second
 * call goes on where the first was stopped. Rejects with `RunRefused` before anything is read when the store cannot be
 * used, with an error that has a `code` when its server or the embeddings fail, and with the signal's reason.
 *
 * @example
 * const flow = await loadFlow('flows/ask.yaml')
 * const filling = await indexDocuments(flow, { store: 'wiki', paths: ['docs'] })
 */
export async function indexDocuments({ flow }: CompiledFlow, options: IndexOptions): Promise<Filling> {
  const config = flow.vectorStores.get(options.store)
  if (config === undefined) {
    throw new RunRefused([
      { code: 'unknown-store', message: `the flow has no vector store "${options.store}"` },
    ])
  }
  const world = systemWorld(options.env ?? process.env)
  const { allowHosts = [], allowEnv = [] } = options
  const ready = await openNamedStore(flow, config, { world, allowHosts, allowEnv })
  if (!('store' in ready)) throw new RunRefused(ready.problems)
  try {
    const { fillStore } = await import('../retrieval/fill-store.ts')
    return await fillStore({
      store: ready.store,
      embedder: ready.embedder,
      embeddings: config.embeddings,
      paths: options.paths,
      size: options.chunkSize ?? 500,
      overlap: options.overlap ?? 0,
      prune: options.prune ?? false,
      signal: options.signal ?? new AbortController().signal,
      clock: world.clock,
      random: world.random,
      onProgress: options.onProgress ?? (() => {}),
      onProblem: options.onProblem ?? (() => {}),
    })
  } finally {
    await ready.store.close()
  }
}
