import type { Span } from '../source/span.ts'
import type { Code } from './catalogue.ts'

export type Severity = 'error' | 'warning' | 'note'

/** A second place that belongs to a mistake, with what it is. */
export interface Related {
  readonly message: string
  readonly span: Span
}

/** A mistake in a flow or on the command line: what is wrong, exactly where, and what to do about it. */
export interface Diagnostic {
  readonly code: Code
  readonly severity: Severity
  /** Lower case, no full stop, names in double quotes, in the user's words. */
  readonly message: string
  readonly span: Span
  readonly related?: readonly Related[]
  /** What to do; several lines are allowed. */
  readonly help?: string
}

/** Whether any of the diagnostics keeps the flow from running. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error')
}
