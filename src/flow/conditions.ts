import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import type { ScalarNode } from '../document/node.ts'
import { lettersIn } from '../document/places.ts'
import { parseExpression } from '../expression/parse.ts'
import type { Span } from '../source/span.ts'
import type { Condition } from './flow.ts'

/** A condition and the text it was written in, so that a place inside it can be pointed at. */
export interface WrittenCondition {
  readonly condition: Condition
  /** The span of a stretch of the condition's text. */
  readonly place: (start: number, end: number) => Span
}

/** The condition that a text says; what cannot be read has been reported. */
export function readCondition(
  node: (ScalarNode & { readonly value: string }) | undefined,
  diagnosis: Diagnosis,
): WrittenCondition | undefined {
  // That there must be something has been said by the shape check.
  if (node === undefined || node.value === '') return undefined
  const { value: text, span } = node
  const place = lettersIn(node)
  const parsed = parseExpression(text)
  if (parsed.ok) return { condition: { text, expression: parsed.expression, span }, place }
  if (isCutOff(text, span)) {
    diagnosis.error('bad-condition', span, 'inside { } a text without quotes ends at the comma', {
      help: 'put the condition in quotes',
    })
    return undefined
  }
  const { start, end, message, help } = parsed.problem
  diagnosis.error('bad-condition', place(start, end), message, help === undefined ? {} : { help })
  return undefined
}

/** Whether a bracket is open at the comma behind a text, and closed in what comes after it. */
function isCutOff(text: string, { file, end }: Span): boolean {
  const surplus = (piece: string): number =>
    (piece.match(/[([]/g)?.length ?? 0) - (piece.match(/[)\]]/g)?.length ?? 0)
  const rest = file.text.slice(end, end + text.length + 1000).split('\n', 1)[0] ?? ''
  return rest.startsWith(',') && surplus(text) > 0 && surplus(rest) < 0
}
