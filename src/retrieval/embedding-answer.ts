import { badResponse, isObject } from '../llms/json.ts'
import { type EmbeddedTexts, unitVector } from './embedder.ts'

/** No model makes longer ones. */
const MAX_DIMENSIONS = 65_536

interface Asked {
  readonly texts: number
  /** How long the flow wants the vectors to be, if it says so. */
  readonly dimensions: number | undefined
}

/**
 * The vectors in an answer of the embeddings API. Throws an `LlmError` unless there is exactly one for each text, put in
 * order by its `index`, all equally long, of numbers that are finite.
 */
export function embeddingsIn(answer: unknown, asked: Asked): EmbeddedTexts {
  const data = isObject(answer) ? answer['data'] : undefined
  if (!isObject(answer) || !Array.isArray(data)) throw badResponse('the answer has no list of embeddings')
  if (data.length !== asked.texts) {
    throw badResponse(`the answer has ${data.length} embeddings for ${asked.texts} texts`)
  }
  const vectors: (Float32Array | undefined)[] = Array.from({ length: asked.texts })
  for (const [place, item] of data.entries()) {
    const index = isObject(item) ? (item['index'] ?? place) : undefined
    if (!isObject(item) || typeof index !== 'number' || !(index in vectors)) {
      throw badResponse('an embedding of the answer belongs to none of the texts')
    }
    if (vectors[index] !== undefined) throw badResponse(`the answer has two embeddings with index ${index}`)
    vectors[index] = vectorOf(item['embedding'])
  }
  const whole = vectors.filter((vector) => vector !== undefined)
  const [first] = whole
  const dimensions = asked.dimensions ?? first?.length ?? 0
  if (whole.some(({ length }) => length !== dimensions)) {
    throw badResponse(
      asked.dimensions === undefined
        ? 'the embeddings of the answer are not all equally long'
        : `the answer has embeddings of ${first?.length} numbers, not of ${dimensions} as "dimensions" says`,
    )
  }
  const usage = answer['usage']
  const tokens = isObject(usage) ? (usage['prompt_tokens'] ?? usage['total_tokens']) : undefined
  return {
    vectors: whole,
    ...(typeof tokens === 'number' && Number.isSafeInteger(tokens) && tokens >= 0
      ? { inputTokens: tokens }
      : {}),
    ...(typeof answer['model'] === 'string' ? { model: answer['model'] } : {}),
  }
}

/** A list of numbers, or their 32-bit floats in base64 with the low byte first. */
function vectorOf(embedding: unknown): Float32Array {
  const numbers = typeof embedding === 'string' ? decoded(embedding) : embedding
  if (!isNumbers(numbers) || numbers.length === 0 || numbers.length > MAX_DIMENSIONS) {
    throw badResponse('an embedding of the answer is not a list of numbers')
  }
  const vector = unitVector(numbers)
  if (vector === undefined)
    throw badResponse('an embedding of the answer has no direction: it is zero or not finite')
  return vector
}

function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((number) => typeof number === 'number')
}

function decoded(base64: string): readonly number[] | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length % 4 !== 0) return undefined
  return Array.from({ length: bytes.length / 4 }, (_, place) => bytes.readFloatLE(place * 4))
}
