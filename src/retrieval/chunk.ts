/** A piece of a document that is small enough to be embedded and shown as one passage. */
export interface Chunk {
  readonly text: string
  /** The headings above it, outermost first; empty where the document has none. */
  readonly headings: readonly string[]
  /** The line on which it begins, counted from 1. */
  readonly line: number
}

export interface ChunkOptions {
  /** The most characters of a chunk. */
  readonly size: number
  /** How many characters of its predecessor a chunk repeats at most, within a section; less than half of `size`. */
  readonly overlap: number
  /** Whether lines that begin with `#` are headings. */
  readonly isMarkdown: boolean
}

interface Block {
  readonly text: string
  readonly line: number
}

/**
 * The document in pieces, always the same ones for the same text and options. A heading begins a new piece; within a
 * section whole paragraphs are put together as far as they fit, and a paragraph that is too long is cut between sentences,
 * else between words, else anywhere but inside a character.
 */
export function chunksOf(text: string, options: ChunkOptions): readonly Chunk[] {
  return sectionsOf(text, options).flatMap(({ headings, blocks }) =>
    packed(
      blocks.flatMap((block) => cut(block, options.size)),
      options,
    ).map((chunk) => ({ ...chunk, headings })),
  )
}

interface Section {
  readonly headings: readonly string[]
  readonly blocks: Block[]
}

/** Paragraphs by the headings that they stand under. */
function sectionsOf(text: string, { isMarkdown }: ChunkOptions): readonly Section[] {
  const sections: Section[] = [{ headings: [], blocks: [] }]
  let paragraph: string[] = []
  let start = 1
  let fence: string | undefined
  const end = (): void => {
    const joined = paragraph.join('\n').trimEnd()
    if (joined.trim() !== '') sections.at(-1)?.blocks.push({ text: joined, line: start })
    paragraph = []
  }
  for (const [place, line] of text.replace(/\r\n?/g, '\n').split('\n').entries()) {
    const mark = isMarkdown ? /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] : undefined
    const heading = isMarkdown && fence === undefined ? /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line) : null
    if (mark !== undefined) fence = fence === undefined ? mark : mark.startsWith(fence) ? undefined : fence
    if (heading !== null) {
      end()
      const depth = heading[1]?.length ?? 1
      const above = (sections.at(-1)?.headings ?? []).slice(0, depth - 1)
      sections.push({ headings: [...above, heading[2] ?? ''].filter((each) => each !== ''), blocks: [] })
      continue
    }
    // A blank line inside a fenced block is part of it.
    if (line.trim() === '' && fence === undefined) {
      end()
      continue
    }
    // An item of a list says something of its own, and so does a row of a table.
    if (isMarkdown && fence === undefined && /^(?:[*+-]|\d+[.)])\s|^\|/.test(line)) end()
    if (paragraph.length === 0) start = place + 1
    paragraph.push(line)
  }
  end()
  return sections
}

/** A block in pieces of at most `size` characters. */
function cut({ text, line }: Block, size: number): readonly Block[] {
  const pieces: Block[] = []
  let rest = text
  let at = line
  while (rest.length > size) {
    const end = endOf(rest, size)
    const piece = rest.slice(0, end)
    pieces.push({ text: piece.trimEnd(), line: at })
    at += piece.split('\n').length - 1
    rest = rest.slice(end)
  }
  if (rest.trim() !== '') pieces.push({ text: rest, line: at })
  return pieces
}

/** Where to cut: after the last line or sentence in the second half, after the last word, or at `size`. */
function endOf(text: string, size: number): number {
  const room = text.slice(0, size)
  for (const boundary of [/[.!?]\s+(?=\S[^.!?]*$)/, /\n(?=[^\n]*$)/, /\s+(?=\S*$)/]) {
    const found = boundary.exec(room)
    const end = found === null ? 0 : found.index + found[0].length
    if (end >= size / 2) return end
  }
  // Not between the two halves of a character.
  return /[\uD800-\uDBFF]$/.test(room) ? size - 1 : size
}

/** Blocks put together as far as they fit; a chunk begins with the end of the one before. */
function packed(blocks: readonly Block[], { size, overlap }: ChunkOptions): readonly Block[] {
  const chunks: Block[] = []
  let open: Block[] = []
  const length = (some: readonly Block[]): number =>
    some.reduce((sum, { text }) => sum + text.length + 2, some.length === 0 ? 0 : -2)
  const close = (): void => {
    const [first] = open
    if (first !== undefined)
      chunks.push({ text: open.map(({ text }) => text).join('\n\n'), line: first.line })
  }
  for (const block of blocks) {
    // What is long enough to say something by itself stands alone: a passage that says two things is near to neither.
    const isEnough = length(open) >= size / 3 && length([block]) >= size / 3
    if (open.length > 0 && (isEnough || length([...open, block]) > size)) {
      close()
      open = tail(open, overlap)
      while (open.length > 0 && length([...open, block]) > size) open.shift()
    }
    open.push(block)
  }
  close()
  return chunks
}

/** The last whole blocks that are no longer than `overlap` together. */
function tail(blocks: readonly Block[], overlap: number): Block[] {
  const kept: Block[] = []
  let room = overlap
  for (const block of blocks.toReversed()) {
    room -= block.text.length
    if (room < 0) break
    kept.unshift(block)
  }
  return kept
}
