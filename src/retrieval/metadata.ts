import { LlmError } from '../llms/llm.ts'
import type { Json } from '../source/json.ts'

/** What is known of a document, beside its text: what filters ask for and hits bring back. */
export type Metadata = Readonly<Record<string, MetadataValue>>

export type MetadataValue = string | number | boolean

/** Names begin with this that llmflows keeps for itself: they are in no hit. */
export const OWN = '_llmflows_'

const MAX_NAMES = 64
const MAX_TEXT = 10_000
/** As for every name in a flow, so that each can stand in a placeholder: `{hits[0].metadata.path}`. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/
/** Names that mean something else to an object. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'prototype', 'constructor'])

/** Whether metadata can have an entry of this name. */
export function isMetadataName(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(name) && !name.startsWith(OWN)
}

/** What is wrong with a value as metadata of a document, as the end of a sentence; undefined when nothing is. */
export function metadataProblem(value: Json): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return 'must be an object, such as { "lang": "en" }'
  }
  const entries = Object.entries(value)
  if (entries.length > MAX_NAMES) return `has more than ${MAX_NAMES} names`
  for (const [name, each] of entries) {
    if (!isMetadataName(name)) {
      return `has the name ${JSON.stringify(name.slice(0, 80))}; names are letters, digits and "_"`
    }
    const isScalar = typeof each === 'string' || typeof each === 'boolean' || Number.isFinite(each)
    if (!isScalar) return `has something else than a text, a number, true or false under "${name}"`
    if (typeof each === 'string' && each.length > MAX_TEXT) {
      return `has a text of more than ${MAX_TEXT} characters under "${name}"`
    }
  }
  return undefined
}

/** Metadata that a store gives back, without what is not metadata there. */
export function metadataFrom(value: unknown): Metadata {
  if (typeof value !== 'object' || value === null) {
    throw new LlmError('bad-response', 'the store has an entry without metadata', { retryable: false })
  }
  const kept = Object.entries(value).filter(
    (entry): entry is [string, MetadataValue] =>
      isKept(entry[0]) && ['string', 'number', 'boolean'].includes(typeof entry[1]),
  )
  return Object.fromEntries(kept)
}

function isKept(name: string): boolean {
  return NAME.test(name) && !RESERVED.has(name)
}

/** The metadata that a user sees. */
export function visibleMetadata(metadata: Metadata): Metadata {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => !name.startsWith(OWN)))
}
