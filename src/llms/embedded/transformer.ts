import { attend, type LayerMemory, newLayerMemory, paddedTokens, rotate } from './attention.ts'
import { addTo, copyRow, gateTo, multiply, normalise, paddedRows } from './matrix.ts'
import type { Layer, Network } from './network.ts'

/** What has been read of one text, so that a further token costs one pass. Only a `Transformer` changes it. */
export interface Memory {
  /** Tokens read so far. */
  length: number
  readonly layers: readonly LayerMemory[]
}

/**
 * Runs a network, one token a pass. It knows the weights and owns the scratch space; each text has its own memory,
 * so any number of texts can take turns between passes.
 */
export class Transformer {
  readonly #network: Network
  /** The token as it travels through the layers. */
  readonly #state: Float32Array
  readonly #normed: Float32Array
  readonly #query: Float32Array
  readonly #mixed: Float32Array
  readonly #change: Float32Array
  readonly #gate: Float32Array
  readonly #up: Float32Array
  readonly #scores: Float64Array
  readonly #logits: Float32Array

  constructor(network: Network) {
    const { width, hiddenWidth, context, output } = network
    this.#network = network
    this.#state = new Float32Array(width)
    this.#normed = new Float32Array(width)
    this.#query = new Float32Array(width)
    this.#mixed = new Float32Array(width)
    this.#change = new Float32Array(width)
    this.#gate = new Float32Array(hiddenWidth)
    this.#up = new Float32Array(hiddenWidth)
    this.#scores = new Float64Array(paddedTokens(context))
    this.#logits = new Float32Array(paddedRows(output.rows))
  }

  /** Tokens that prompt and answer may have together. */
  get context(): number {
    return this.#network.context
  }

  /** The memory for a new text of up to `capacity` tokens, at most `context`. */
  newMemory(capacity: number): Memory {
    const { layers, width } = this.#network
    return { length: 0, layers: layers.map(() => newLayerMemory(capacity, width)) }
  }

  /** Reads the next token of a text. */
  read(memory: Memory, token: number): void {
    const { embedding, layers, headWidth, rotationBase } = this.#network
    copyRow(embedding, token, this.#state)
    const angles = Array.from({ length: headWidth / 2 }, (_, pair) => {
      const angle = memory.length / rotationBase ** ((2 * pair) / headWidth)
      return { cos: Math.cos(angle), sin: Math.sin(angle) }
    })
    layers.forEach((layer, index) => {
      const own = memory.layers[index]
      if (own === undefined) throw new Error('this memory belongs to another network')
      this.#attention(layer, { own, position: memory.length, angles })
      this.#feedForward(layer)
    })
    memory.length += 1
  }

  /** How likely each token comes after the one just read, as logits. Valid until the next call. */
  predict(): Float32Array {
    const { outputNorm, output, epsilon } = this.#network
    normalise(this.#state, { weight: outputNorm, epsilon, out: this.#normed })
    multiply(output, this.#normed, this.#logits)
    return this.#logits.subarray(0, output.rows)
  }

  #attention(
    layer: Layer,
    place: {
      readonly own: LayerMemory
      readonly position: number
      readonly angles: readonly { readonly cos: number; readonly sin: number }[]
    },
  ): void {
    const { width, headWidth, epsilon } = this.#network
    const { own, position, angles } = place
    const start = position * width
    const key = own.keys.subarray(start, start + width)
    normalise(this.#state, { weight: layer.attentionNorm, epsilon, out: this.#normed })
    multiply(layer.query, this.#normed, this.#query)
    multiply(layer.key, this.#normed, key)
    multiply(layer.value, this.#normed, own.values.subarray(start, start + width))
    rotate(this.#query, angles)
    rotate(key, angles)
    attend(this.#query, own, { tokens: position + 1, headWidth, scores: this.#scores, out: this.#mixed })
    multiply(layer.attentionOutput, this.#mixed, this.#change)
    addTo(this.#state, this.#change)
  }

  #feedForward(layer: Layer): void {
    normalise(this.#state, {
      weight: layer.feedForwardNorm,
      epsilon: this.#network.epsilon,
      out: this.#normed,
    })
    multiply(layer.gate, this.#normed, this.#gate)
    multiply(layer.up, this.#normed, this.#up)
    gateTo(this.#gate, this.#up)
    multiply(layer.down, this.#gate, this.#change)
    addTo(this.#state, this.#change)
  }
}
