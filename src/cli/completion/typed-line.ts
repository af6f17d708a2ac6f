/** What stands before the cursor on a shell's line. */
export interface TypedLine {
  /** The words before the one at the cursor, without their quotes; the first is the name of the program. */
  readonly words: readonly string[]
  /** The word at the cursor, as far as it is typed, without its quotes. */
  readonly current: string
  /** The quote that is still open at the cursor. */
  readonly quote: Quote
  /** How `current` was written. */
  readonly written: string
  /** For each sign of `current`, where `written` has it, and whether it stands there bare: not quoted, not escaped. */
  readonly signs: readonly Sign[]
  /** How many signs of `current` stand before the quote that is open. */
  readonly quotedFrom: number
}

export type Quote = '"' | "'" | ''

interface Sign {
  readonly at: number
  readonly isBare: boolean
}

/**
 * Splits a line as shells do, and expands nothing: `$(…)`, backticks and variables are text like any other. bash, zsh and
 * fish agree on what is needed here.
 */
export function readLine(line: string): TypedLine {
  const words: string[] = []
  let word = new Word(0)
  for (let at = 0; at < line.length; at++) {
    const sign = line.charAt(at)
    const next = line[at + 1]
    if (word.quote === '' && /\s/.test(sign)) {
      if (word.isStarted) words.push(word.text)
      word = new Word(at + 1)
    } else if (sign === word.quote) word.close()
    else if (word.quote === '' && (sign === '"' || sign === "'")) word.open(sign)
    else if (sign === '\\' && next !== undefined && escapes(next, word.quote)) {
      word.add(next, at, false)
      at++
    } else word.add(sign, at, word.quote === '')
  }
  const { text, quote, signs, quotedFrom, start } = word
  return { words, current: text, quote, written: line.slice(start), signs, quotedFrom }
}

function escapes(sign: string, quote: Quote): boolean {
  return quote === '' || (quote === '"' && /["\\$`]/.test(sign))
}

class Word {
  text = ''
  quote: Quote = ''
  quotedFrom = 0
  /** Also by a quote alone: `''` is a word. */
  isStarted = false
  readonly signs: Sign[] = []
  readonly start: number

  constructor(start: number) {
    this.start = start
  }

  add(sign: string, at: number, isBare: boolean): void {
    this.isStarted = true
    this.text += sign
    this.signs.push({ at: at - this.start, isBare })
  }

  open(quote: Quote): void {
    this.isStarted = true
    this.quote = quote
    this.quotedFrom = this.text.length
  }

  close(): void {
    this.quote = ''
  }
}
