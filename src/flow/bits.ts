/** A set of small numbers below a size. The methods that change it give it back. */
export class Bits {
  readonly size: number
  readonly #words: Uint32Array

  constructor(size: number, words = new Uint32Array(Math.ceil(size / 32))) {
    this.size = size
    this.#words = words
  }

  copy(): Bits {
    return new Bits(this.size, this.#words.slice())
  }

  add(bit: number): this {
    this.#words[bit >> 5] = (this.#words[bit >> 5] ?? 0) | (1 << (bit & 31))
    return this
  }

  has(bit: number): boolean {
    return ((this.#words[bit >> 5] ?? 0) & (1 << (bit & 31))) !== 0
  }

  and(other: Bits): this {
    for (const [at, word] of this.#words.entries()) this.#words[at] = word & (other.#words[at] ?? 0)
    return this
  }

  or(other: Bits): this {
    for (const [at, word] of this.#words.entries()) this.#words[at] = word | (other.#words[at] ?? 0)
    return this
  }

  not(): this {
    for (const [at, word] of this.#words.entries()) this.#words[at] = ~word
    const rest = this.size & 31
    const last = this.#words.length - 1
    if (rest !== 0) this.#words[last] = (this.#words[last] ?? 0) & ((1 << rest) - 1)
    return this
  }

  get isEmpty(): boolean {
    return this.first() === undefined
  }

  /** The smallest number of the set. */
  first(): number | undefined {
    const at = this.#words.findIndex((word) => word !== 0)
    const word = this.#words[at]
    return word === undefined ? undefined : at * 32 + 31 - Math.clz32(word & -word)
  }
}
