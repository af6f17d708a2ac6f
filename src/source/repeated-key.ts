/**
 * A key that stands twice in one object of a valid JSON text, with the line of its second place. `JSON.parse` keeps the
 * last of the two values and says nothing of the other.
 */
export function repeatedKey(json: string): { readonly key: string; readonly line: number } | undefined {
  // The keys of each object that is open; undefined stands for a list.
  const open: (Set<string> | undefined)[] = []
  let isKeyNext = false
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case '{':
        open.push(new Set())
        isKeyNext = true
        break
      case '[':
        open.push(undefined)
        isKeyNext = false
        break
      case '}':
      case ']':
        open.pop()
        isKeyNext = false
        break
      case ',':
        isKeyNext = open.at(-1) !== undefined
        break
      case '"': {
        const end = endOfString(json, at)
        const keys = open.at(-1)
        if (isKeyNext && keys !== undefined) {
          // An escape may be another spelling of the same key.
          const key = String(JSON.parse(json.slice(at, end)))
          if (keys.has(key)) return { key, line: json.slice(0, at).split('\n').length }
          keys.add(key)
          isKeyNext = false
        }
        at = end - 1
        break
      }
      default:
        break
    }
  }
  return undefined
}

/** Behind the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}
