import type { Message } from '../llm.ts'
import type { Gguf } from './gguf.ts'
import { indexAt, numbersAt, textAt, textsAt } from './metadata.ts'
import { mergePieces } from './piece-merging.ts'

/** Text ↔ tokens, for one model. */
export interface Tokenizer {
  /** Number of tokens it knows. */
  readonly size: number
  readonly beginId: number
  readonly endId: number
  /** Longest text that one token stands for, in UTF-16 units. */
  readonly longestPiece: number
  /** The control token that opens a message of each role. */
  readonly roleMarks: Readonly<Record<Exclude<Message['role'], 'tool'>, number>>
  /** Tokens of a text, which starts with a space of its own. No text gives a control token. */
  encode(text: string): readonly number[]
  /** The UTF-8 bytes a token stands for, possibly a part of a character; undefined for a control token. */
  bytes(id: number): Uint8Array | undefined
}

const NORMAL = 1
const CONTROL = 3
const BYTE = 6

/** How SentencePiece writes a space. */
const SPACE = '▁'

/**
 * The SentencePiece-style tokenizer of a model file: pieces of text, and single bytes for what no piece covers.
 *
 * @throws Error when the file has another kind of tokenizer or its lists do not fit together.
 */
export function readTokenizer(gguf: Gguf): Tokenizer {
  const kind = textAt(gguf, 'tokenizer.ggml.model')
  if (kind !== 'llama') throw new Error(`the tokenizer "${kind}" is not supported, only "llama"`)
  const names = textsAt(gguf, 'tokenizer.ggml.tokens')
  const scores = numbersAt(gguf, 'tokenizer.ggml.scores')
  const types = numbersAt(gguf, 'tokenizer.ggml.token_type')
  if (scores.length !== names.length || types.length !== names.length) {
    throw new Error(`there are ${names.length} tokens, but ${scores.length} scores and ${types.length} types`)
  }
  const idsOf = (type: number): ReadonlyMap<string, number> =>
    new Map(names.flatMap((name, id) => (types[id] === type ? [[name, id]] : [])))
  const pieces = idsOf(NORMAL)
  const byteIds = readByteIds(idsOf(BYTE))
  const meaning = tokenBytes(pieces, byteIds)
  const scoreOf = (piece: string): number | undefined => scores[pieces.get(piece) ?? -1]
  const utf8 = new TextEncoder()
  const controls = idsOf(CONTROL)
  const mark = (role: string): number => {
    const id = controls.get(`<|${role}|>`)
    if (id === undefined) throw new Error(`the model has no control token <|${role}|>`)
    return id
  }

  return {
    size: names.length,
    beginId: indexAt(gguf, 'tokenizer.ggml.bos_token_id', names.length),
    endId: indexAt(gguf, 'tokenizer.ggml.eos_token_id', names.length),
    longestPiece: Math.max(1, ...Array.from(pieces.keys(), (piece) => piece.length)),
    roleMarks: { system: mark('system'), user: mark('user'), assistant: mark('assistant') },
    encode: (text) =>
      mergePieces(SPACE + text.replaceAll(' ', SPACE), scoreOf).flatMap((piece) => {
        const id = pieces.get(piece)
        return id === undefined ? Array.from(utf8.encode(piece), (byte) => byteIds[byte] ?? 0) : [id]
      }),
    bytes: (id) => meaning.get(id),
  }
}

function readByteIds(ids: ReadonlyMap<string, number>): readonly number[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const name = `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`
    const id = ids.get(name)
    if (id === undefined) throw new Error(`the model has no token for the byte ${name}`)
    return id
  })
}

function tokenBytes(
  pieces: ReadonlyMap<string, number>,
  byteIds: readonly number[],
): ReadonlyMap<number, Uint8Array> {
  const utf8 = new TextEncoder()
  const meaning = new Map<number, Uint8Array>()
  for (const [piece, id] of pieces) meaning.set(id, utf8.encode(piece.replaceAll(SPACE, ' ')))
  byteIds.forEach((id, byte) => meaning.set(id, Uint8Array.of(byte)))
  return meaning
}
