import type { Span } from '../source/span.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Gathers the diagnostics of one flow while its parts are looked at. */
export class Diagnosis {
  readonly diagnostics: Diagnostic[] = []

  error(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.diagnostics.push({ code, severity: 'error', message, span, ...more })
  }

  warning(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.diagnostics.push({ code, severity: 'warning', message, span, ...more })
  }

  note(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.diagnostics.push({ code, severity: 'note', message, span, ...more })
  }
}

type More = Pick<Diagnostic, 'help' | 'related'>
