import type { SearchStep } from '../flow/flow.ts'
import { filterHelp, readFilter, type Filter } from '../retrieval/filter.ts'
import { visibleMetadata } from '../retrieval/metadata.ts'
import type { Hit } from '../retrieval/vector-store.ts'
import type { Json } from '../source/json.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { Attempts, GivenUp } from './attempts.ts'
import { embedded } from './embedding-calls.ts'
import { failure, unrenderable, type Outcome, type ReadyStore, type StepContext } from './step-run.ts'
import { storeRecord } from './store-record.ts'
import { tellStarted } from './started.ts'

/** Finds the documents of a store that are nearest to a text. Whatever a store or model does is an outcome. */
export async function runSearchStep(step: SearchStep, context: StepContext): Promise<Outcome> {
  const ready = context.store(step.store)
  const asked = questionOf(step, context)
  tellStarted(step, context, { ...storeRecord(ready), ...('outcome' in asked ? {} : asked.record) })
  if ('outcome' in asked) return asked.outcome
  try {
    const parts = { ...storeRecord(ready), ...asked.record }
    const hits = await context.ask(parts, () => found(step, asked, { ready, context }))
    if (Array.isArray(hits) && hits.length === 0 && step.onEmpty === 'error') return nothing(step, ready)
    return { ok: true, value: hits, generated: null, note: null }
  } catch (error) {
    if (error instanceof GivenUp) return error.outcome
    throw error
  }
}

interface Question {
  readonly query: string
  readonly filter: Filter | undefined
  /** What is asked, for the record. */
  readonly record: Readonly<Record<string, Json>>
}

function questionOf(step: SearchStep, { lookup }: StepContext): Question | { readonly outcome: Outcome } {
  try {
    const query = evaluate(step.query, lookup)
    if (typeof query !== 'string' || query.trim() === '') {
      const what = typeof query === 'string' ? 'empty' : 'no text'
      return { outcome: failure('bad-query', `the query of step "${step.id}" is ${what}`) }
    }
    const written = step.filter === undefined ? undefined : evaluate(step.filter, lookup)
    const filter = written === undefined ? undefined : readFilter(written)
    if (filter !== undefined && 'problem' in filter) {
      const message = `the filter of step "${step.id}" ${filter.problem}`
      return { outcome: failure('bad-filter', message, { help: filterHelp }) }
    }
    const record = {
      query,
      top_k: step.topK,
      ...(step.minScore === undefined ? {} : { min_score: step.minScore }),
      ...(written === undefined ? {} : { filter: written }),
    }
    return { query, filter, record }
  } catch (error) {
    if (error instanceof Unrenderable) return { outcome: unrenderable(error) }
    throw error
  }
}

async function found(
  step: SearchStep,
  { query, filter }: Question,
  { ready, context }: { readonly ready: ReadyStore; readonly context: StepContext },
): Promise<Json> {
  const { signal } = context
  const attempts = new Attempts(step, context)
  const hits: Hit[] = []
  for await (const [vector] of embedded([query], ready, { attempts, context })) {
    if (vector === undefined) continue
    const { topK, minScore } = step
    const nearest = await attempts.make({
      attempt: () => ready.store.search({ vector, topK, minScore, filter }, { signal }),
      tell: () => ({ cost: 0 }),
    })
    hits.push(...nearest)
  }
  return hits.map(({ id, text, score, metadata }) => ({
    id,
    text,
    score,
    metadata: visibleMetadata(metadata),
  }))
}

function nothing({ id, store, minScore, filter }: SearchStep, { config }: ReadyStore): Outcome {
  const limits = [
    ...(minScore === undefined ? [] : ['"min_score"']),
    ...(filter === undefined ? [] : ['"filter"']),
  ]
  const narrow =
    limits.length === 0 ? '' : ` that ${limits.join(' and ')} let${limits.length === 1 ? 's' : ''} through`
  const fill =
    config.provider === 'local' ? `fill the store: llmflows index DOCS --store FLOW#${store}\n` : ''
  return failure('nothing-found', `step "${id}" found nothing in vector store "${store}"${narrow}`, {
    help: `${fill}write "on_empty: continue" to go on with an empty list`,
  })
}
