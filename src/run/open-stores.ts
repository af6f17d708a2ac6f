import type { Flow } from '../flow/flow.ts'
import type { VectorStoreConfig } from '../flow/retrieval-config.ts'
import { presetOf } from '../flow/providers.ts'
import { Account } from '../llms/account.ts'
import { Lane } from '../llms/lane.ts'
import { LlmError } from '../llms/llm.ts'
import type { World } from '../llms/world.ts'
import type { ReadyStore } from '../steps/step-run.ts'
import type { Budget } from './budget.ts'
import { RunRefused, type RunProblem } from './refusal.ts'
import { unknownEmbeddingPrice } from './unknown-price.ts'

interface StoreOptions {
  readonly world: World
  readonly allowHosts: readonly string[]
  readonly allowEnv: readonly string[]
  /** Whether it is refused that nobody knows what vectors cost. Default false. */
  readonly needsPrices?: boolean
  /** Whether nothing outside of this process may be asked. Default false. */
  readonly callsNobody?: boolean
  /** Within which vectors are made. Default: as many as there are. */
  readonly budget?: Budget | undefined
}

/**
 * The vector stores that a flow's steps use, ready, with what makes their vectors. Nothing of it is loaded for a flow that
 * uses none. Throws `RunRefused` with everything that speaks against it.
 */
export async function openStores(
  flow: Flow,
  options: StoreOptions,
): Promise<ReadonlyMap<string, ReadyStore>> {
  const ready = new Map<string, ReadyStore>()
  const problems = new Map<string, RunProblem>()
  const lanes = new Map<string, Lane>()
  for (const config of usedStores(flow)) {
    const opened = await openNamedStore(flow, config, options)
    if ('store' in opened) {
      const { name } = config.embeddings
      // Stores with the same embeddings share their limits.
      const lane = lanes.get(name) ?? opened.lane
      lanes.set(name, lane)
      ready.set(config.name, { ...opened, lane })
    } else for (const problem of opened.problems) problems.set(problem.message, problem)
  }
  if (problems.size === 0) return ready
  await closeStores(ready)
  throw new RunRefused([...problems.values()])
}

/** One store, ready, or everything that speaks against it. */
export async function openNamedStore(
  flow: Flow,
  config: VectorStoreConfig,
  { world, allowHosts, allowEnv, needsPrices = false, callsNobody = false, budget }: StoreOptions,
): Promise<ReadyStore | { readonly problems: readonly RunProblem[] }> {
  const [
    { checkEmbeddings, embeddingPlace, openEmbedder },
    { checkStore, openStore },
    { embeddingCost },
    { budgetedEmbedder },
  ] = await Promise.all([
    import('../retrieval/open-embedder.ts'),
    import('../retrieval/open-store.ts'),
    import('../retrieval/embedding-cost.ts'),
    import('./budgeted-embedder.ts'),
  ])
  const { embeddings } = config
  const flowPath = flow.source.path
  const check = { env: world.env, allowHosts, allowEnv, flowPath }
  const problems: (RunProblem | undefined)[] = [checkEmbeddings(embeddings, check), checkStore(config, check)]
  if (needsPrices && embeddingCost(embeddings, 0) === null) problems.push(unknownEmbeddingPrice(embeddings))
  if (callsNobody && !isHere(config)) problems.push(notRecorded(config))
  const found = problems.filter((problem) => problem !== undefined)
  if (found.length > 0) return { problems: found }
  const open = { world, allowHosts, allowEnv }
  try {
    const opened = await openEmbedder(embeddings, open)
    const embedder = budget === undefined ? opened : budgetedEmbedder(opened, embeddings, budget)
    const store = await openStore(config, { ...open, flowPath })
    const { maxConcurrency, requestsPerMinute, tokensPerMinute } = embeddings
    const lane = new Lane({ maxConcurrency, requestsPerMinute, tokensPerMinute }, new Account())
    return { config, store, embedder, lane, endpoint: embeddingPlace(embeddings, check)?.url ?? null }
  } catch (error) {
    if (!(error instanceof LlmError)) throw error
    const { code, message, help } = error
    return { problems: [{ code, message, ...(help === undefined ? {} : { help }) }] }
  }
}

/** Whether a store and what makes its vectors are in this process. */
function isHere({ provider, embeddings }: VectorStoreConfig): boolean {
  return provider === 'local' && presetOf(embeddings.provider)?.kind === 'process'
}

function notRecorded({ name }: VectorStoreConfig): RunProblem {
  return {
    code: 'not-recorded',
    message: `a replay calls nobody, and what vector store "${name}" answers is not recorded`,
    help: 'replay a flow whose store is local and whose embeddings are embedded, or run it without --replay',
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
