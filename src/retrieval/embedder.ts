/** The boundary with models that turn texts into vectors: what a step or command asks for, and what it gets back. */

/** A vector for each text of one call, in their order. */
export interface EmbeddedTexts {
  /** Of unit length, all equally long, every number finite. */
  readonly vectors: readonly Float32Array[]
  /** Undefined when the API reported none. */
  readonly inputTokens?: number
  /** The model that answered, as the API names it. */
  readonly model?: string
  readonly requestId?: string
}

/** A model that is ready to be called. */
export interface Embedder {
  /**
   * One attempt: no retries of its own. The texts are one batch, such as `batchesOf` makes, none of them blank. Rejects
   * with an `LlmError`, or with the signal's reason when aborted.
   */
  embed(texts: readonly string[], options: { readonly signal: AbortSignal }): Promise<EmbeddedTexts>
}

/** As many texts as one call takes: every service allows as many, and the answer stays below what is read of one. */
const MAX_TEXTS = 64
/** About 30,000 tokens; a longer text is a batch of its own. */
const MAX_CHARACTERS = 120_000

/** The texts in the order in which they come, in batches that fit into one call each. */
export function* batchesOf<T>(
  items: Iterable<T>,
  textOf: (item: T) => string,
): Generator<readonly T[], void, undefined> {
  let batch: T[] = []
  let characters = 0
  for (const item of items) {
    const { length } = textOf(item)
    if (batch.length === MAX_TEXTS || (batch.length > 0 && characters + length > MAX_CHARACTERS)) {
      yield batch
      batch = []
      characters = 0
    }
    batch.push(item)
    characters += length
  }
  if (batch.length > 0) yield batch
}

/** The vector at unit length; undefined for one that has no direction: of zeros, or with a number that is not finite. */
export function unitVector(
  numbers: Iterable<number> & { readonly length: number },
): Float32Array | undefined {
  const wide = Float64Array.from(numbers)
  let largest = 0
  for (const number of wide) {
    if (!Number.isFinite(number)) return undefined
    largest = Math.max(largest, Math.abs(number))
  }
  if (largest === 0) return undefined
  // Divided first: squares of very large or very small numbers would leave what a number can hold.
  let sum = 0
  for (const number of wide) sum += (number / largest) ** 2
  const scale = Math.sqrt(sum)
  return Float32Array.from(wide, (number) => number / largest / scale)
}
