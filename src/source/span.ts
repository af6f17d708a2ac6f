import type { SourceFile } from './source-file.ts'

/** A stretch of a source text: from `start` up to, not including, `end` (UTF-16 offsets). */
export interface Span {
  readonly file: SourceFile
  readonly start: number
  readonly end: number
}
