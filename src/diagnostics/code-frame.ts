import { maskKeys } from '../source/key-like.ts'
import type { Span } from '../source/span.ts'
import { visible } from '../source/visible.ts'
import { width } from '../source/width.ts'

/** The first source line of a span, ready to print, and the text that underlines the span beneath it. */
export interface CodeFrame {
  /** Counted from 1. */
  readonly line: number
  readonly source: string
  readonly underline: string
}

/** Columns of a source line that are shown; of a longer one, those around the span. */
const shownColumns = 120
/** Columns shown before a span that itself is too long to be shown whole. */
const leadColumns = 20
const tabColumns = 4

/**
 * Tabs become spaces, wide signs are measured, unseen ones get stand-ins, and a long line is cut to a window around
 * the span, keys are blacked out. A span of several lines is underlined to the end of its first; an empty one gets a single caret.
 */
export function codeFrame(span: Span): CodeFrame {
  const { line, column } = span.file.position(span.start)
  const text = span.file.line(line)
  const start = Math.min(column - 1, text.length)
  const end = Math.min(Math.max(start, column - 1 + span.end - span.start), text.length)

  // Nothing beyond these offsets can be shown, so a line of a megabyte costs no more than a short one.
  const from = Math.max(0, start - 2 * shownColumns)
  const to = Math.min(text.length, start + 4 * shownColumns)
  const cells = cellsOf(maskKeys(text.slice(from, to)))
  const total = cells.reduce((sum, cell) => sum + cell.columns, 0)
  const first = columnAt(cells, start - from)
  const last = columnAt(cells, end - from)

  const isCut = from > 0 || to < text.length || total > shownColumns
  const left = isCut ? windowStart(first, last, total) : 0
  const right = isCut ? left + shownColumns - 2 : total
  const cutsLeft = left > 0 || from > 0
  const cutsRight = right < total || to < text.length

  let source = cutsLeft ? '…' : ''
  let before = width(source)
  let marked = 0
  let at = 0
  for (const cell of cells) {
    if (at >= left && at + cell.columns <= right) {
      source += cell.shown
      if (at < first) before += cell.columns
      else if (at < last) marked += cell.columns
    }
    at += cell.columns
  }
  if (cutsRight) source += '…'
  return { line, source: source.trimEnd(), underline: ' '.repeat(before) + '^'.repeat(Math.max(1, marked)) }
}

/** One sign of the source as it is shown. */
interface Cell {
  readonly shown: string
  readonly columns: number
  /** UTF-16 units it takes in the source. */
  readonly units: number
}

function cellsOf(text: string): readonly Cell[] {
  const cells: Cell[] = []
  let at = 0
  for (const sign of text) {
    const shown = sign === '\t' ? ' '.repeat(tabColumns - (at % tabColumns)) : visible(sign)
    const columns = width(shown)
    cells.push({ shown, columns, units: sign.length })
    at += columns
  }
  return cells
}

function columnAt(cells: readonly Cell[], offset: number): number {
  let columns = 0
  let units = 0
  for (const cell of cells) {
    if (units >= offset) break
    columns += cell.columns
    units += cell.units
  }
  return columns
}

/** The first column to show: the span in the middle, but no more of the line cut away than need be. */
function windowStart(first: number, last: number, total: number): number {
  const room = shownColumns - 2
  const lead = Math.max(leadColumns, Math.floor((room - (last - first)) / 2))
  if (last <= room) return 0
  return Math.max(0, Math.min(first - lead, total - room))
}
