import { operatorFor } from './habits.ts'
import type { Token } from './tokens.ts'
import { Unreadable } from './unreadable.ts'

/** Tokens one after the other. Knows where it is, and says what is wrong there; not what an expression is. */
export class TokenReader {
  readonly #tokens: readonly Token[]
  #at = 0

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens
  }

  get next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', start: 0, end: 0 }
  }

  /** Where the last token that was taken ends. */
  get end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0
  }

  /** The next token, which is passed by. */
  pass(): Token {
    const { next } = this
    this.#at++
    return next
  }

  isAt(sign: string): boolean {
    const { kind, text } = this.next
    return text === sign && (kind === 'sign' || (kind === 'name' && sign === 'in'))
  }

  /** Whether the next token is this sign, which then is passed by. */
  take(sign: string): boolean {
    if (!this.isAt(sign)) return false
    this.#at++
    return true
  }

  /** Takes what closes a bracket. */
  close(sign: string, opening: Token): void {
    if (this.take(sign)) return
    if (this.next.kind !== 'end') throw this.unexpected()
    throw unreadable(
      opening,
      `the "${opening.text}" that opens here is not closed`,
      `close it with "${sign}"`,
    )
  }

  /** Says of the next token that it does not belong there. */
  unexpected(message?: string, help?: string): Unreadable {
    const token = this.next
    const before = this.#tokens[this.#at - 1]
    if (token.kind === 'end')
      return unreadable(
        before ?? token,
        message ?? `something is missing after "${before?.text ?? ''}"`,
        help,
      )
    const isBehindValue = before !== undefined && (before.kind !== 'sign' || /^[)\]]$/.test(before.text))
    const isWord = isBehindValue && token.kind !== 'sign'
    const following = this.#tokens[this.#at + 1]?.text ?? ''
    const meant = isWord && token.kind === 'name' ? operatorFor(token.text, following) : undefined
    const otherwise = isWord ? 'texts stand in quotes, and && or || join two conditions' : undefined
    const said = /^[)\]]$/.test(token.text)
      ? `this "${token.text}" closes nothing`
      : `"${token.text}" has no meaning here`
    return unreadable(token, message ?? said, help ?? meant ?? otherwise)
  }
}

export function unreadable(
  { start, end }: { readonly start: number; readonly end: number },
  message: string,
  help?: string,
): Unreadable {
  return new Unreadable({ message, help, start, end })
}
