import type { Diagnostic } from '../../src/index.ts'
import type { Span } from '../../src/source/span.ts'
import { compile } from '../document/checked.ts'
import { meaning } from './meaning.ts'
import type { Mistake } from './mistakes.ts'

/**
 * `caught`: an error or a warning points to the line and, for a misspelt word, names the right one. `vague`: there is
 * one, but elsewhere or without the word. `harmless`: the flow means the same, but for free text and the choice of names.
 */
export type Verdict = 'caught' | 'vague' | 'harmless' | 'missed'

export interface Judged {
  readonly verdict: Verdict
  readonly diagnostics: readonly Diagnostic[]
}

/** What llmflows makes of a mistake in a flow that is valid. */
export function judge(original: string, mistake: Mistake): Judged {
  const [before, after] = [compile(original), compile(mistake.text)]
  if (before?.compiled === undefined || after === undefined) throw new Error('the flow must be valid')
  const known = new Set(before.diagnostics.map(said))
  const diagnostics = after.diagnostics.filter((one) => one.severity !== 'note' && !known.has(said(one)))
  if (diagnostics.length === 0) {
    const isSame =
      after.compiled !== undefined && meaning(before.compiled, false) === meaning(after.compiled, false)
    return { verdict: isSame ? 'harmless' : 'missed', diagnostics }
  }
  const isCaught = diagnostics.some((one) => pointsTo(one, mistake) && suggests(one, mistake))
  return { verdict: isCaught ? 'caught' : 'vague', diagnostics }
}

function said({ code, message }: Diagnostic): string {
  return `${code} ${message}`
}

function pointsTo({ span, related = [] }: Diagnostic, { text, places }: Mistake): boolean {
  const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length
  return [span, ...related.map((one) => one.span)].some((one: Span) =>
    places.some((place) => lineOf(one.start) <= lineOf(place) && lineOf(place) <= lineOf(one.end)),
  )
}

function suggests({ message, help = '', related = [] }: Diagnostic, { word }: Mistake): boolean {
  return word === undefined || [message, help, ...related.map((one) => one.message)].join('\n').includes(word)
}
