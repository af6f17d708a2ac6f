import { createHash } from 'node:crypto'
import type { Json } from '../source/json.ts'
import { type Metadata, metadataProblem } from './metadata.ts'

/** A text that is to be found again, before it has a vector. */
export interface Document {
  readonly id: string
  readonly text: string
  readonly metadata: Metadata
}

const MAX_ID = 512
const MAX_TEXT = 1_000_000

/**
 * A list of texts or of `{ id, text, metadata }` as documents. A text without an id has one that is made from it, so that the
 * same text is the same document. What is wrong with the list is said as the end of a sentence.
 */
export function readDocuments(
  value: Json,
): { readonly list: readonly Document[] } | { readonly problem: string } {
  if (!Array.isArray(value)) return { problem: 'are no list' }
  const documents = new Map<string, Document>()
  for (const [place, item] of (value as readonly Json[]).entries()) {
    const read = readDocument(item)
    if ('problem' in read) return { problem: `have one at index ${place} that ${read.problem}` }
    // The later of two documents with one id is written over the earlier one anyway.
    documents.set(read.id, read)
  }
  return { list: [...documents.values()] }
}

/** One document, or what is wrong with it, as the end of a sentence that it begins. */
export function readDocument(value: Json): Document | { readonly problem: string } {
  if (typeof value === 'string') return checked({ id: idOf(value), text: value, metadata: {} })
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { problem: 'is neither a text nor { "text": … }' }
  }
  const { id, text, metadata = {}, ...others } = value as Readonly<Record<string, Json>>
  const [other] = Object.keys(others)
  if (other !== undefined)
    return { problem: `has ${JSON.stringify(other.slice(0, 80))}; it has id, text and metadata` }
  if (typeof text !== 'string') return { problem: 'has no "text"' }
  if (id !== undefined && typeof id !== 'string') return { problem: 'has an "id" that is no text' }
  const wrong = metadataProblem(metadata)
  if (wrong !== undefined) return { problem: `has metadata that ${wrong}` }
  // Checked just now: an object of texts, numbers and booleans.
  return checked({ id: id ?? idOf(text), text, metadata: metadata as Metadata })
}

function checked(document: Document): Document | { readonly problem: string } {
  const { id, text } = document
  if (text.trim() === '') return { problem: 'has an empty text' }
  if (text.length > MAX_TEXT) return { problem: `has more than ${MAX_TEXT} characters` }
  if (id === '' || id.length > MAX_ID || /\p{Cc}|\p{Cs}/u.test(id)) {
    return {
      problem: `has an id that is empty, longer than ${MAX_ID} characters, or holds control characters`,
    }
  }
  // No server keeps these.
  if (/\0|\p{Cs}/u.test(text)) return { problem: 'has a NUL character or half a character in its text' }
  return document
}

function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32)
}
