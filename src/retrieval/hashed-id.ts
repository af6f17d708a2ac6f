import { createHash } from 'node:crypto'
import { OWN } from './metadata.ts'

/** Where the id and the text of a document stand in a service that keeps only metadata. */
export const ID = `${OWN}id`
export const TEXT = `${OWN}text`
/** What made the vector. */
export const MODEL = `${OWN}model`

/** The id of a document as a UUID, for services that take no others or only short ones of plain letters. */
export function hashedId(id: string): string {
  const hex = createHash('sha256').update(id).digest('hex')
  // Version 8 is for ids that are made in a way of one's own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
