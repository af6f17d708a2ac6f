/** More names than these are not read. */
const MOST_NAMES = 12

/** Names for a help, the first dozen and how many more there are: `a, b and 3 more`. Takes constant time. */
export function shortList(names: { readonly size: number; keys(): Iterable<string> }): string {
  const shown: string[] = []
  for (const name of names.keys()) if (shown.push(name) === MOST_NAMES) break
  const more = names.size - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}
