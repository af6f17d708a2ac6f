import { visibleLine } from '../../source/visible.ts'

/** Something that could stand at the cursor. */
export interface Candidate {
  readonly text: string
  readonly about?: string
  /** More belongs to the same word: a key after `steps.`, a file after `flows/`. */
  readonly goesOn?: true
}

/** All that could stand at the cursor. */
export interface Completion {
  /** What the word has before the candidates, such as `--format=`. */
  readonly before: string
  readonly candidates: readonly Candidate[]
  /** The candidates are paths, and shells show the last part of them. */
  readonly areFiles: boolean
}

export const nothing: Completion = { before: '', candidates: [], areFiles: false }

/** Candidates that go on with what is typed. Those with signs that are not seen are not offered: a line could not show them. */
export function offer(candidates: Iterable<Candidate>, typed: string, before = ''): Completion {
  const fitting = new Map<string, Candidate>()
  for (const candidate of candidates) {
    const { text } = candidate
    if (text.startsWith(typed) && text !== '' && isVisible(text) && !fitting.has(text))
      fitting.set(text, candidate)
  }
  return { before, candidates: [...fitting.values()], areFiles: false }
}

export function isVisible(text: string): boolean {
  return visibleLine(text) === text
}
