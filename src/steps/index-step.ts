import type { IndexStep } from '../flow/flow.ts'
import { type Document, readDocuments } from '../retrieval/documents.ts'
import type { Json } from '../source/json.ts'
import { Unrenderable } from '../template/unrenderable.ts'
import { evaluate } from '../template/value-template.ts'
import { Attempts, GivenUp } from './attempts.ts'
import { embedded } from './embedding-calls.ts'
import { failure, unrenderable, type Outcome, type ReadyStore, type StepContext } from './step-run.ts'
import { storeRecord } from './store-record.ts'
import { tellStarted } from './started.ts'

/** Writes documents to a store, over those with the same ids. Whatever a store or model does is an outcome. */
export async function runIndexStep(step: IndexStep, context: StepContext): Promise<Outcome> {
  const ready = context.store(step.store)
  const documents = documentsOf(step, context)
  const isReady = !('outcome' in documents)
  tellStarted(step, context, {
    ...storeRecord(ready),
    ...(isReady ? { ids: documents.list.map(({ id }) => id) } : {}),
  })
  if (!isReady) return documents.outcome
  try {
    const parts = {
      ...storeRecord(ready),
      documents: documents.list.map(({ id, text, metadata }) => ({ id, text, metadata })),
    }
    const value = await context.ask(parts, () => written(step, documents.list, { ready, context }))
    return { ok: true, value, generated: null, note: null }
  } catch (error) {
    if (error instanceof GivenUp) return error.outcome
    throw error
  }
}

function documentsOf(
  step: IndexStep,
  { lookup }: StepContext,
): { readonly list: readonly Document[] } | { readonly outcome: Outcome } {
  try {
    const read = readDocuments(evaluate(step.documents, lookup))
    if (!('problem' in read)) return read
    return {
      outcome: failure('bad-documents', `the documents of step "${step.id}" ${read.problem}`, {
        help: 'give it texts, or { id, text, metadata } each',
      }),
    }
  } catch (error) {
    if (error instanceof Unrenderable) return { outcome: unrenderable(error) }
    throw error
  }
}

async function written(
  step: IndexStep,
  documents: readonly Document[],
  { ready, context }: { readonly ready: ReadyStore; readonly context: StepContext },
): Promise<Json> {
  const { signal } = context
  const attempts = new Attempts(step, context)
  const texts = documents.map(({ text }) => text)
  let done = 0
  for await (const vectors of embedded(texts, ready, { attempts, context })) {
    const entries = vectors.flatMap((vector, place) => {
      const document = documents[done + place]
      return document === undefined ? [] : [{ ...document, vector }]
    })
    await attempts.make({
      attempt: () => ready.store.upsert(entries, { signal }),
      tell: () => ({ cost: 0 }),
    })
    done += vectors.length
  }
  return { documents: done }
}
