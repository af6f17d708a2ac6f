/** Counts the tokens of a text. */
export interface Tokenizer {
  /** The name of its encoding, for people. */
  readonly encoding: string
  readonly count: (text: string) => number
}

/** A run of signs without a break costs the encoder time in its square; longer ones are counted in parts. */
const longRun = /\S{400}|\s{400}/g

/**
 * The encoding of OpenAI's models since gpt-4o. Loads two megabytes, so only who needs it should ask. Text that looks
 * like a control token is counted as the text that it is.
 */
export async function loadTokenizer(): Promise<Tokenizer> {
  const { countTokens } = await import('./o200k.ts')
  const counted = new Map<string, number>()
  const count = (text: string): number => {
    const before = counted.get(text)
    if (before !== undefined) return before
    let tokens = 0
    let from = 0
    for (const { index, 0: run } of text.matchAll(longRun)) {
      tokens += countTokens(text.slice(from, index + run.length))
      from = index + run.length
    }
    tokens += countTokens(text.slice(from))
    counted.set(text, tokens)
    return tokens
  }
  return { encoding: 'o200k_base', count }
}
