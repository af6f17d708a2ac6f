import type { Diagnostic, Severity } from './diagnostic.ts'

/** Diagnostics in the order of their places, and how many more there are of each file. */
export interface Selection {
  readonly shown: readonly Diagnostic[]
  /** By the path of the file; only files of which some are left out. */
  readonly left: ReadonlyMap<string, number>
}

/**
 * At most `most` diagnostics of each file: nobody reads forty thousand, and they can be many times as large as the file.
 * Errors come before warnings, and those before notes, so that none is left out for a milder one.
 */
export function select(diagnostics: readonly Diagnostic[], most: number): Selection {
  const byFile = new Map<string, Diagnostic[]>()
  for (const diagnostic of diagnostics) {
    const { path } = diagnostic.span.file
    const found = byFile.get(path)
    if (found === undefined) byFile.set(path, [diagnostic])
    else found.push(diagnostic)
  }
  const shown: Diagnostic[] = []
  const left = new Map<string, number>()
  for (const [path, found] of [...byFile].sort(([a], [b]) => compareText(a, b))) {
    found.sort((a, b) => a.span.start - b.span.start)
    if (found.length > most) {
      left.set(path, found.length - most)
      found.sort((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity))
      found.length = most
      found.sort((a, b) => a.span.start - b.span.start)
    }
    shown.push(...found)
  }
  return { shown, left }
}

/** The gravest first. */
export const severities: readonly Severity[] = ['error', 'warning', 'note']

/** `… and 39,900 more`. */
export function moreText(count: number): string {
  return `… and ${String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')} more`
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
