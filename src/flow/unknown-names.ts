import type { Related } from '../diagnostics/diagnostic.ts'
import type { Span } from '../source/span.ts'

/** Places that a message names beside its own. */
const MOST_RELATED = 5

/** Names that have been reported as unknown: using one twice is one mistake, most often that of its declaration. */
export class UnknownNames {
  readonly #related = new Map<string, Related[]>()

  /** Whether a name has been reported; the place is then added to what was said. */
  isReported(name: string, span: Span): boolean {
    const related = this.#related.get(name)
    if (related === undefined) return false
    const isThere = related.some(({ span: other }) => other.file === span.file && other.start === span.start)
    if (!isThere && related.length < MOST_RELATED) related.push({ message: 'used here as well', span })
    return true
  }

  /** The related places of a name that is reported now; those found later are added to them. */
  add(name: string, related: readonly Related[]): readonly Related[] {
    const places = [...related]
    this.#related.set(name, places)
    return places
  }
}
