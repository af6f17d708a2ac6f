import type { SourceFile } from '../source/source-file.ts'
import { readDocument } from './document.ts'
import type { Entry, MapNode, Node } from './node.ts'

/** A stretch of a text and what takes its place. */
interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * The text of a flow with connections added (from → to), each in the style that is already there; comments and all
 * else stay as they are. Undefined where the text has no place for them, as where `connections` is an alias.
 */
export function insertConnections(
  file: SourceFile,
  missing: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  const { root } = readDocument(file, { maxBytes: Infinity, maxDepth: 64, maxAliasedNodes: 1000 })
  if (root?.kind !== 'map') return undefined
  const page: Page = { text: file.text, eol: file.text.includes('\r\n') ? '\r\n' : '\n' }
  const entry = root.entries.get('connections')
  const edits = entry === undefined ? newSection(root, missing, page) : grownSection(entry, missing, page)
  if (edits === undefined) return undefined
  let { text } = file
  for (const { start, end, text: piece } of edits.toSorted((a, b) => b.start - a.start))
    text = text.slice(0, start) + piece + text.slice(end)
  return text
}

interface Page {
  readonly text: string
  readonly eol: string
}

type Missing = ReadonlyMap<string, readonly string[]>

function newSection(root: MapNode, missing: Missing, { text, eol }: Page): readonly Edit[] {
  const last = [...root.entries.values()].at(-1)
  if (text[root.span.start] === '{' && last !== undefined) {
    // JSON is YAML, and stays JSON.
    const pairs = [...missing].map(([from, to]) => `${JSON.stringify(from)}: ${JSON.stringify(only(to))}`)
    return [insertion(last.value.span.end, `, "connections": { ${pairs.join(', ')} }`)]
  }
  const indent = ' '.repeat(columnOf(text, root.span.start))
  const lines = [...missing].map(([from, to]) => `${indent}  ${line(from, to)}${eol}`)
  const section = `${indent}connections:${eol}${lines.join('')}`
  const outputs = root.entries.get('outputs')
  if (outputs !== undefined && outputs !== root.entries.values().next().value) {
    // Remarks right above the outputs belong to them.
    let at = text.lastIndexOf('\n', outputs.keySpan.start) + 1
    for (let above = lineBefore(text, at); text.startsWith(`${indent}#`, above); above = lineBefore(text, at))
      at = above
    return [insertion(at, section + eol)]
  }
  const gap = text.endsWith('\n') ? eol : eol + eol
  return [insertion(text.length, gap + section)]
}

function grownSection(entry: Entry, missing: Missing, page: Page): readonly Edit[] | undefined {
  const { value, keySpan } = entry
  if (value.kind !== 'map' || !isInside(value, keySpan.end)) return undefined
  const edits: Edit[] = []
  const fresh: string[] = []
  for (const [from, to] of missing) {
    const written = value.entries.get(from)
    if (written === undefined) fresh.push(line(from, to))
    else if (isInside(written.value, written.keySpan.end)) edits.push(grownList(written.value, to, page))
    else return undefined
  }
  if (fresh.length === 0) return edits
  const [first] = value.entries.values()
  const last = [...value.entries.values()].at(-1)
  if (first === undefined || last === undefined) return [{ ...value.span, text: `{ ${fresh.join(', ')} }` }]
  if (page.text[value.span.start] === '{')
    return [...edits, insertion(last.value.span.end, `, ${fresh.join(', ')}`)]
  const indent = ' '.repeat(columnOf(page.text, first.keySpan.start))
  const after = lineEnd(page.text, lastSign(last.value))
  return [...edits, insertion(after, fresh.map((text) => `${page.eol}${indent}${text}`).join(''))]
}

/** A name becomes a list, a list becomes longer. */
function grownList(node: Node, to: readonly string[], { text, eol }: Page): Edit {
  const names = to.map(name).join(', ')
  if (node.kind !== 'list')
    return { ...node.span, text: `[${text.slice(node.span.start, node.span.end)}, ${names}]` }
  const last = node.items.at(-1)
  if (last === undefined) return { ...node.span, text: `[${names}]` }
  if (text[node.span.start] === '[') return insertion(last.span.end, `, ${names}`)
  const start = text.lastIndexOf('\n', last.span.start) + 1
  const indent = /^\s*/.exec(text.slice(start, last.span.start))?.[0] ?? ''
  return insertion(lineEnd(text, last.span.end), to.map((one) => `${eol}${indent}- ${name(one)}`).join(''))
}

function line(from: string, to: readonly string[]): string {
  const names = to.map(name)
  return `${name(from)}: ${names.length === 1 ? names.join('') : `[${names.join(', ')}]`}`
}

/** Ids are words; a few of them mean something else to YAML. */
function name(id: string): string {
  return /^(?:true|false|null)$/i.test(id) ? JSON.stringify(id) : id
}

function only(names: readonly string[]): string | readonly string[] {
  const [first, second] = names
  return first !== undefined && second === undefined ? first : names
}

function insertion(at: number, text: string): Edit {
  return { start: at, end: at, text }
}

/** Whether a value stands behind its key; that of an alias stands elsewhere. */
function isInside({ span }: Node, keyEnd: number): boolean {
  return span.start > keyEnd
}

function lastSign(node: Node): number {
  const last = node.kind === 'list' ? node.items.at(-1) : undefined
  return last === undefined ? node.span.end : Math.max(last.span.end, last.span.start)
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1)
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset)
  if (end === -1) return text.length
  return text[end - 1] === '\r' ? end - 1 : end
}

/** Where the line before the one at `start` starts; -1 above the first. */
function lineBefore(text: string, start: number): number {
  return start === 0 ? -1 : text.lastIndexOf('\n', start - 2) + 1
}
