import { maskKeys } from '../source/key-like.ts'
import type { Span } from '../source/span.ts'
import { Guesses } from './closest.ts'
import type { Diagnostic, Severity } from './diagnostic.ts'

/** Gathers the diagnostics of one flow while its parts are looked at. A key that would be quoted is blacked out. */
export class Diagnosis {
  readonly diagnostics: Diagnostic[] = []
  /** For the misspelt names of this flow. */
  readonly guesses = new Guesses()

  error(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.#add('error', { code, span, message, ...more })
  }

  warning(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.#add('warning', { code, span, message, ...more })
  }

  note(code: Diagnostic['code'], span: Span, message: string, more: More = {}): void {
    this.#add('note', { code, span, message, ...more })
  }

  get hasErrors(): boolean {
    return this.diagnostics.some(({ severity }) => severity === 'error')
  }

  #add(severity: Severity, { code, span, message, related, help }: Omit<Diagnostic, 'severity'>): void {
    this.diagnostics.push({
      code,
      severity,
      message: maskKeys(shortened(message, longestMessage)),
      span,
      ...(related === undefined ? {} : { related }),
      ...(help === undefined ? {} : { help: maskKeys(shortened(help, longestHelp)) }),
    })
  }
}

type More = Pick<Diagnostic, 'help' | 'related'>

/** Nobody reads a message of a megabyte, which a name or a value in it can make it. */
const longestMessage = 500
/** A help may have several lines and list names. */
const longestHelp = 1000

function shortened(text: string, longest: number): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
