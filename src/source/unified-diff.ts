/** Lines around a change that a patch shows. */
const CONTEXT = 3

interface Change {
  /** Lines of the old text from `start` up to `end` become `lines`. */
  readonly start: number
  readonly end: number
  readonly lines: readonly string[]
}

/**
 * The difference of two texts as `git apply` and `patch -p1` take it, for one file of that path. Empty when there is
 * none. Meant for a few small changes: between the first and the last of them the search takes the product of lines.
 */
export function unifiedDiff(path: string, before: string, after: string): string {
  const [old, fresh] = [linesOf(before), linesOf(after)]
  const changes = changesOf(old, fresh)
  if (changes.length === 0) return ''
  let text = `--- a/${path}\n+++ b/${path}\n`
  let shift = 0
  for (const hunk of hunksOf(changes)) {
    const start = Math.max(0, (hunk[0]?.start ?? 0) - CONTEXT)
    const end = Math.min(old.length, (hunk.at(-1)?.end ?? 0) + CONTEXT)
    let body = ''
    let at = start
    let added = 0
    for (const change of hunk) {
      for (const line of old.slice(at, change.start)) body += shown(' ', line)
      for (const line of old.slice(change.start, change.end)) body += shown('-', line)
      for (const line of change.lines) body += shown('+', line)
      added += change.lines.length - (change.end - change.start)
      at = change.end
    }
    for (const line of old.slice(at, end)) body += shown(' ', line)
    text += `@@ -${range(start, end - start)} +${range(start + shift, end - start + added)} @@\n${body}`
    shift += added
  }
  return text
}

function range(start: number, count: number): string {
  return `${count === 0 ? start : start + 1},${count}`
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

function shown(sign: string, line: string): string {
  return line.endsWith('\n') ? sign + line : `${sign}${line}\n\\ No newline at end of file\n`
}

function changesOf(old: readonly string[], fresh: readonly string[]): readonly Change[] {
  let start = 0
  while (start < old.length && start < fresh.length && old[start] === fresh[start]) start++
  let tail = 0
  const room = Math.min(old.length, fresh.length) - start
  while (tail < room && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++
  const changes: Change[] = []
  let [from, to] = [start, start]
  const [oldEnd, freshEnd] = [old.length - tail, fresh.length - tail]
  while (from < oldEnd || to < freshEnd) {
    const [nextOld, nextFresh] = nextCommon(old.slice(from, oldEnd), fresh.slice(to, freshEnd))
    if (nextOld > 0 || nextFresh > 0)
      changes.push({ start: from, end: from + nextOld, lines: fresh.slice(to, to + nextFresh) })
    from += nextOld
    to += nextFresh
    while (from < oldEnd && to < freshEnd && old[from] === fresh[to]) {
      from++
      to++
    }
  }
  return changes
}

/** How far to go in both texts, in sum as little as possible, to the next line that both have. */
function nextCommon(old: readonly string[], fresh: readonly string[]): readonly [number, number] {
  const last = old.length + fresh.length
  for (let sum = 0; sum < last; sum++) {
    for (let skipped = Math.max(0, sum - fresh.length + 1); skipped <= sum && skipped < old.length; skipped++)
      if (old[skipped] === fresh[sum - skipped]) return [skipped, sum - skipped]
  }
  return [old.length, fresh.length]
}

/** Changes whose context touches are shown as one. */
function hunksOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const hunks: Change[][] = []
  for (const change of changes) {
    const hunk = hunks.at(-1)
    if (hunk !== undefined && change.start - (hunk.at(-1)?.end ?? 0) <= 2 * CONTEXT) hunk.push(change)
    else hunks.push([change])
  }
  return hunks
}
