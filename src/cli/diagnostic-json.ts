import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { select } from '../diagnostics/selection.ts'
import { jsonText } from '../source/json-text.ts'
import type { Span } from '../source/span.ts'
import type { Validation } from './validation.ts'

/** Of one file. Programs can take more than people, but not without end. */
export const MOST_SHOWN = 1000

/**
 * What `validate --format json` prints, as `schemas/diagnostics.schema.json` has it. Lines and columns count from 1,
 * columns in UTF-16 units; `help` may be null. A flow that cannot be read has a `problem` and no diagnostics; with
 * `--strict` a flow that lacks connections has a `patch`. Of a file there are at most 1000 diagnostics, errors before all
 * others; `diagnostic_count` counts them all.
 */
export function validationJson(validations: readonly Validation[]): string {
  const flows = validations.map(({ path, compiled, diagnostics, unreadable, patch }) => ({
    path,
    valid: compiled !== undefined,
    ...(unreadable === undefined ? {} : { problem: unreadable.message }),
    diagnostic_count: diagnostics.length,
    diagnostics: select(diagnostics, MOST_SHOWN).shown.map(diagnosticJson),
    ...(patch === undefined ? {} : { patch }),
  }))
  return jsonText({ flows }, { compact: false }) + '\n'
}

function diagnosticJson({ code, severity, message, span, related = [], help }: Diagnostic): object {
  return {
    code,
    severity,
    message,
    ...place(span),
    help: help ?? null,
    related: related.map((one) => ({ message: one.message, ...place(one.span) })),
  }
}

function place({ file, start, end }: Span): object {
  const from = file.position(start)
  const to = file.position(end)
  return { file: file.path, line: from.line, column: from.column, end_line: to.line, end_column: to.column }
}
