import type { IndexStep } from '../flow.ts'
import type { StepReading } from '../kinds.ts'
import { child, numberAt } from '../reader.ts'
import { readValue } from '../values.ts'

const DEFAULT_MAX_RETRIES = 3

/** A step that writes documents to a store. */
export function readIndexStep({ entry, node, base, templates, surroundings }: StepReading): IndexStep {
  const documents = child(node, 'documents')
  return {
    ...base,
    kind: 'index',
    store: surroundings.retrieval.find(child(node, 'index'), `step "${entry.key}"`),
    documents: documents === undefined ? { kind: 'constant', value: null } : readValue(documents, templates),
    maxRetries: numberAt(node, 'max_retries') ?? DEFAULT_MAX_RETRIES,
  }
}
