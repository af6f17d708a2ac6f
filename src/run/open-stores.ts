import type { Flow } from '../flow/flow.ts'
import type { VectorStoreConfig } from '../flow/retrieval-config.ts'
import { Lane } from '../llms/lane.ts'
import { LlmError } from '../llms/llm.ts'
import { Pause } from '../llms/pause.ts'
import type { World } from '../llms/world.ts'
import type { ReadyStore } from '../steps/step-run.ts'
import { RunRefused, type RunProblem } from './refusal.ts'

interface StoreOptions {
  readonly world: World
  readonly allowHosts: readonly string[]
  readonly allowEnv: readonly string[]
}

/**
 * The vector stores that a flow's steps use, ready, with what makes their vectors. Nothing of it is loaded for a flow that
 * uses none. Throws `RunRefused` with everything that speaks against it.
 */
export async function openStores(
  flow: Flow,
  options: StoreOptions,
): Promise<ReadonlyMap<string, ReadyStore>> {
  const configs = usedStores(flow)
  if (configs.length === 0) return new Map()
  const [{ checkEmbeddings, embeddingEndpoint, openEmbedder }, { checkStore, openStore }] = await Promise.all(
    [import('../retrieval/open-embedder.ts'), import('../retrieval/open-store.ts')],
  )
  const { world, allowHosts, allowEnv } = options
  const check = { env: world.env, allowHosts, allowEnv, flowPath: flow.source.path }
  const problems = new Map<string, RunProblem>()
  for (const config of configs) {
    for (const problem of [checkEmbeddings(config.embeddings, check), checkStore(config, check)]) {
      if (problem !== undefined) problems.set(problem.message, problem)
    }
  }
  if (problems.size > 0) throw new RunRefused([...problems.values()])
  const lanes = new Map<string, Lane>()
  const opened = configs.map(async (config): Promise<[string, ReadyStore]> => {
    const { embeddings } = config
    const { maxConcurrency, requestsPerMinute, tokensPerMinute } = embeddings
    const lane =
      lanes.get(embeddings.name) ??
      new Lane({ maxConcurrency, requestsPerMinute, tokensPerMinute }, new Pause())
    lanes.set(embeddings.name, lane)
    const endpoint = embeddingEndpoint(embeddings, check)
    const embedder = await openEmbedder(embeddings, { world, allowHosts, allowEnv })
    const store = await openStore(config, { world, allowHosts, allowEnv, flowPath: check.flowPath })
    return [config.name, { config, store, embedder, lane, endpoint }]
  })
  try {
    return new Map(await Promise.all(opened))
  } catch (error) {
    if (!(error instanceof LlmError)) throw error
    const { code, message, help } = error
    throw new RunRefused([{ code, message, ...(help === undefined ? {} : { help }) }])
  }
}

/** Gives back what stores hold: files and connections. */
export async function closeStores(stores: ReadonlyMap<string, ReadyStore>): Promise<void> {
  // What cannot be closed is gone with the process.
  await Promise.allSettled([...stores.values()].map(({ store }) => store.close()))
}

function usedStores({ steps, vectorStores }: Flow): readonly VectorStoreConfig[] {
  const names = new Set(
    steps.flatMap((step) => (step.kind === 'search' || step.kind === 'index' ? [step.store] : [])),
  )
  return [...names].flatMap((name) => vectorStores.get(name) ?? [])
}
