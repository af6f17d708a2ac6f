import { visibleLine } from '../../source/visible.ts'
import type { Candidate, Completion } from './candidate.ts'
import type { Quote, TypedLine } from './typed-line.ts'

/** Makes what the script of a shell reads: a line of how, then a line for each candidate. */
export type Reply = (completion: Completion, line: TypedLine) => string

const LONGEST_ABOUT = 100

/**
 * bash puts what it is given in the place of what it holds for the word at the cursor: the part behind the last bare
 * `=` or `:`. What follows `words` is put in as it is; what follows `files` it quotes by itself, and looks up which of
 * them are folders.
 */
export function bashReply(wordBreaks: string): Reply {
  return ({ before, candidates, areFiles }, { signs, current, quote, quotedFrom }) => {
    // It counts among the breaks, but belongs to the word that it begins.
    const isBreak = (sign: string): boolean => sign !== '@' && wordBreaks.includes(sign)
    const lastBreak = signs.findLastIndex(({ isBare }, at) => isBare && isBreak(current.charAt(at)))
    const held = Math.max(lastBreak + 1, quote === '' ? 0 : quotedFrom)
    const arePaths = areFiles && before.length <= held
    const lines = candidates
      .filter(({ text }) => !(quote === '"' && text.includes('!')))
      .map((candidate) => {
        const text = (before + candidate.text).slice(held)
        if (arePaths) return text.replace(/\/$/, '')
        // After an open quote it is bash that closes it.
        return quotedFor(text, quote) + (candidate.goesOn === true || quote !== '' ? '' : ' ')
      })
    return reply(arePaths ? 'files' : 'words', lines)
  }
}

/** zsh quotes by itself. First comes how many signs of the word stay, then `+` marks what goes on. */
export const zshReply: Reply = ({ before, candidates, areFiles }, { current, signs, written }) => {
  // Paths are shown by their last part.
  const folder = areFiles ? current.slice(before.length, current.lastIndexOf('/') + 1) : ''
  const kept = before.length + folder.length
  const at = signs[kept]?.at ?? written.length
  const lines = candidates.map(({ text, about, goesOn }) => {
    const shown = text.slice(folder.length).replaceAll(/[\\:]/g, String.raw`\$&`)
    return `${goesOn === true ? '+' : ' '}${shown}${about === undefined ? '' : `:${short(about)}`}`
  })
  return reply(String([...written.slice(0, at)].length), lines)
}

/** fish quotes by itself, and knows from its last sign whether a word goes on. It reads no line of how. */
export const fishReply: Reply = ({ before, candidates }) =>
  candidates.map((candidate) => `${before}${candidate.text}${tab(candidate)}\n`).join('')

function tab({ about }: Candidate): string {
  return about === undefined ? '' : `\t${short(about)}`
}

function reply(how: string, lines: readonly string[]): string {
  return [how, ...lines].map((line) => `${line}\n`).join('')
}

/** The first sentence, on one line. */
function short(about: string): string {
  const sentence = visibleLine(about).replace(/\.(?: .*)?$/s, '')
  return sentence.length > LONGEST_ABOUT ? `${sentence.slice(0, LONGEST_ABOUT - 1)}…` : sentence
}

function quotedFor(text: string, quote: Quote): string {
  if (quote === '"') return text.replaceAll(/["\\$`]/g, String.raw`\$&`)
  if (quote === "'") return text.replaceAll("'", String.raw`'\''`)
  return text.replaceAll(/[^\w@%+=:,./\-\u{80}-\u{10ffff}]/gu, String.raw`\$&`)
}
