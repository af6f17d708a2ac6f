/** What the patterns of one list may cost together: far more than a flow needs, and a fraction of a second. */
const MOST_COMPARISONS = 20_000_000

/**
 * Finds names by patterns in which `*` stands for any run of characters. A flow can come from anyone, and many patterns
 * over many names would take minutes: the patterns of one search share a budget.
 */
export class GlobSearch {
  #left = MOST_COMPARISONS

  /** Whether the budget is used up. */
  get isExhausted(): boolean {
    return this.#left <= 0
  }

  /** The names that match, in their order. Those found so far when the budget is used up. */
  among(pattern: string, names: Iterable<string>): readonly string[] {
    const [first = '', ...rest] = pattern.split('*')
    const last = rest.pop()
    const middle = rest.filter((part) => part !== '')
    const shortest = first.length + (last?.length ?? 0)
    const found: string[] = []
    this.#left -= pattern.length
    for (const name of names) {
      if (--this.#left <= 0) break
      if (last === undefined) {
        if (name === first) found.push(name)
        continue
      }
      if (name.length < shortest || !name.startsWith(first) || !name.endsWith(last)) continue
      if (middle.length > 0) this.#left -= name.length * pattern.length
      if (holdsInOrder(name.slice(first.length, name.length - last.length), middle)) found.push(name)
    }
    return found
  }
}

/** The first place of each part is as good as any: it leaves the most room for those after it. */
function holdsInOrder(text: string, parts: readonly string[]): boolean {
  let from = 0
  for (const part of parts) {
    const at = text.indexOf(part, from)
    if (at === -1) return false
    from = at + part.length
  }
  return true
}

export function isGlob(pattern: string): boolean {
  return pattern.includes('*')
}
