import type { Gguf } from './gguf.ts'
import { countAt, positiveAt, textAt } from './metadata.ts'
import { type Matrix, packMatrix, paddedRows } from './matrix.ts'
import { unpackTensor } from './stored-tensor.ts'

/** The sizes and weights of a llama network. */
export interface Network {
  /** Tokens that prompt and answer may have together. */
  readonly context: number
  readonly width: number
  readonly heads: number
  readonly headWidth: number
  readonly hiddenWidth: number
  readonly epsilon: number
  readonly rotationBase: number
  /** A row for each token; also the output matrix when the file has no other. */
  readonly embedding: Matrix
  readonly layers: readonly Layer[]
  readonly outputNorm: Float32Array
  readonly output: Matrix
}

export interface Layer {
  readonly attentionNorm: Float32Array
  readonly query: Matrix
  readonly key: Matrix
  readonly value: Matrix
  readonly attentionOutput: Matrix
  readonly feedForwardNorm: Float32Array
  readonly gate: Matrix
  readonly up: Matrix
  readonly down: Matrix
}

/** Far above any model for which plain JavaScript makes sense. */
const MOST = 65_536

/**
 * Takes a llama network with as many key heads as query heads out of a model file.
 *
 * @throws Error for another architecture, sizes that do not fit together, or a tensor that is missing or misshapen.
 */
export function readNetwork(gguf: Gguf, vocabulary: number): Network {
  const architecture = textAt(gguf, 'general.architecture')
  if (architecture !== 'llama')
    throw new Error(`the architecture "${architecture}" is not supported, only "llama"`)
  const width = countAt(gguf, 'llama.embedding_length', MOST)
  const hiddenWidth = countAt(gguf, 'llama.feed_forward_length', MOST)
  const heads = countAt(gguf, 'llama.attention.head_count', MOST)
  const headWidth = width / heads
  if (headWidth % 2 !== 0) throw new Error(`a width of ${width} cannot be shared by ${heads} heads`)
  if (width !== paddedRows(width) || hiddenWidth !== paddedRows(hiddenWidth)) {
    throw new Error(`widths of ${width} and ${hiddenWidth} are not supported, only multiples of eight`)
  }
  mustBe(gguf, 'llama.attention.head_count_kv', heads)
  mustBe(gguf, 'llama.rope.dimension_count', headWidth)

  const embedding = matrix(gguf, 'token_embd.weight', [width, vocabulary])
  return {
    context: countAt(gguf, 'llama.context_length', MOST),
    width,
    heads,
    headWidth,
    hiddenWidth,
    epsilon: positiveAt(gguf, 'llama.attention.layer_norm_rms_epsilon'),
    rotationBase: gguf.metadata.has('llama.rope.freq_base')
      ? positiveAt(gguf, 'llama.rope.freq_base')
      : 10_000,
    embedding,
    layers: Array.from({ length: countAt(gguf, 'llama.block_count', MOST) }, (_, index) =>
      readLayer(gguf, `blk.${index}`, { width, hiddenWidth }),
    ),
    outputNorm: numbers(gguf, 'output_norm.weight', [width]),
    output: gguf.tensors.has('output.weight')
      ? matrix(gguf, 'output.weight', [width, vocabulary])
      : embedding,
  }
}

function readLayer(
  gguf: Gguf,
  prefix: string,
  { width, hiddenWidth }: { readonly width: number; readonly hiddenWidth: number },
): Layer {
  const square = (name: string): Matrix => matrix(gguf, `${prefix}.${name}.weight`, [width, width])
  return {
    attentionNorm: numbers(gguf, `${prefix}.attn_norm.weight`, [width]),
    query: square('attn_q'),
    key: square('attn_k'),
    value: square('attn_v'),
    attentionOutput: square('attn_output'),
    feedForwardNorm: numbers(gguf, `${prefix}.ffn_norm.weight`, [width]),
    gate: matrix(gguf, `${prefix}.ffn_gate.weight`, [width, hiddenWidth]),
    up: matrix(gguf, `${prefix}.ffn_up.weight`, [width, hiddenWidth]),
    down: matrix(gguf, `${prefix}.ffn_down.weight`, [hiddenWidth, width]),
  }
}

function mustBe(gguf: Gguf, key: string, expected: number): void {
  const value = gguf.metadata.get(key) ?? expected
  if (value !== expected) throw new Error(`"${key}" is ${String(value)}; only ${expected} is supported`)
}

function matrix(gguf: Gguf, name: string, shape: readonly [columns: number, rows: number]): Matrix {
  return packMatrix(numbers(gguf, name, shape), shape[0])
}

function numbers(gguf: Gguf, name: string, shape: readonly number[]): Float32Array {
  const tensor = gguf.tensors.get(name)
  if (tensor === undefined) throw new Error(`the tensor "${name}" is missing`)
  if (tensor.shape.join('×') !== shape.join('×')) {
    throw new Error(
      `the tensor "${name}" has the shape ${tensor.shape.join('×')} instead of ${shape.join('×')}`,
    )
  }
  return unpackTensor(tensor)
}
