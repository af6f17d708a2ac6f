/**
 * An answer as it grows out of the bytes of its tokens. It knows that a character may be spread over tokens, that the
 * first word brings a space that is not part of the answer, and where the answer has to stop.
 */
export class AnswerText {
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  readonly #stop: readonly string[]
  readonly #longestStop: number
  #text = ''
  #started = false

  constructor(stop: readonly string[]) {
    this.#stop = stop
    this.#longestStop = Math.max(0, ...stop.map((text) => text.length))
  }

  /** Adds a token's bytes; true when the answer has run into a stop text, which is then cut off with all after it. */
  add(bytes: Uint8Array): boolean {
    const piece = this.#decoder.decode(bytes, { stream: true })
    if (piece === '') return false
    // A stop text may have begun in earlier pieces, but not ended there.
    const from = Math.max(0, this.#text.length - this.#longestStop + 1)
    this.#text += this.#started ? piece : piece.replace(/^ /, '')
    this.#started = true
    const found = this.#stop.map((text) => this.#text.indexOf(text, from)).filter((at) => at >= 0)
    if (found.length === 0) return false
    this.#text = this.#text.slice(0, Math.min(...found))
    return true
  }

  /** All whole characters so far. */
  get text(): string {
    return this.#text
  }
}
