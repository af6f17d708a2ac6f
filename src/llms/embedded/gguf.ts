import { ByteReader } from './byte-reader.ts'
import { type StoredTensor, storedTensor } from './stored-tensor.ts'

export type MetadataValue = number | boolean | string | readonly MetadataValue[]

/** A GGUF file taken apart: what it says about the model, and its tensors as they are stored. */
export interface Gguf {
  readonly metadata: ReadonlyMap<string, MetadataValue>
  readonly tensors: ReadonlyMap<string, StoredTensor>
}

const MAGIC = 0x46554747 // "GGUF"
const TEXT = 8
const ARRAY = 9
const MAX_DIMENSIONS = 4
const MAX_ALIGNMENT = 65_536

/** Fewest bytes that a value of each type takes, by type number. */
const SMALLEST_BYTES: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8]

/**
 * Reads a GGUF file of version 2 or 3. Memory stays in proportion to the file.
 *
 * @throws Error saying what is wrong, for a file that is damaged or uses what is not supported here.
 */
export function readGguf(bytes: Uint8Array): Gguf {
  const reader = new ByteReader(bytes)
  if (bytes.length < 4 || reader.u32() !== MAGIC)
    throw new Error('not a GGUF file: it does not start with "GGUF"')
  const version = reader.u32()
  if (version !== 2 && version !== 3) throw new Error(`GGUF version ${version} is not supported`)
  // A tensor takes at least an empty name, a dimension count, a type and an offset; an entry a name, a type and a byte.
  const tensorCount = reader.count(24)
  const entryCount = reader.count(13)

  const metadata = new Map<string, MetadataValue>()
  for (let i = 0; i < entryCount; i++) {
    const key = reader.text()
    if (metadata.has(key)) throw new Error(`the key "${key}" is there twice`)
    metadata.set(key, readValue(reader, reader.u32()))
  }
  return {
    metadata,
    tensors: readTensors(bytes, reader, { count: tensorCount, alignment: alignmentOf(metadata) }),
  }
}

function readValue(reader: ByteReader, type: number): MetadataValue {
  switch (type) {
    case 0:
      return reader.u8()
    case 1:
      return reader.i8()
    case 2:
      return reader.u16()
    case 3:
      return reader.i16()
    case 4:
      return reader.u32()
    case 5:
      return reader.i32()
    case 6:
      return reader.f32()
    case 7:
      return reader.u8() !== 0
    case TEXT:
      return reader.text()
    case ARRAY:
      return readArray(reader)
    case 10:
      return reader.u64()
    case 11:
      return reader.i64()
    case 12:
      return reader.f64()
    default:
      throw new Error(`the type ${type} of the value at byte ${reader.at} is unknown`)
  }
}

function readArray(reader: ByteReader): readonly MetadataValue[] {
  const type = reader.u32()
  if (type === ARRAY) throw new Error(`the array of arrays at byte ${reader.at} is not supported`)
  const count = reader.count(SMALLEST_BYTES[type] ?? 1)
  return Array.from({ length: count }, () => readValue(reader, type))
}

function alignmentOf(metadata: ReadonlyMap<string, MetadataValue>): number {
  const alignment = metadata.get('general.alignment') ?? 32
  if (
    typeof alignment !== 'number' ||
    !Number.isInteger(alignment) ||
    alignment < 1 ||
    alignment > MAX_ALIGNMENT
  ) {
    throw new Error(`the alignment ${String(alignment)} is not a whole number from 1 to ${MAX_ALIGNMENT}`)
  }
  return alignment
}

function readTensors(
  bytes: Uint8Array,
  reader: ByteReader,
  { count, alignment }: { readonly count: number; readonly alignment: number },
): ReadonlyMap<string, StoredTensor> {
  const entries = Array.from({ length: count }, () => {
    const name = reader.text()
    const dimensions = reader.u32()
    if (dimensions > MAX_DIMENSIONS) throw new Error(`the tensor "${name}" has ${dimensions} dimensions`)
    const shape = Array.from({ length: dimensions }, () => reader.u64())
    return { name, shape, type: reader.u32(), offset: reader.u64() }
  })
  const data = bytes.subarray(Math.ceil(reader.at / alignment) * alignment)
  const tensors = new Map<string, StoredTensor>()
  let stored = 0
  for (const entry of entries) {
    if (tensors.has(entry.name)) throw new Error(`the tensor "${entry.name}" is there twice`)
    const tensor = storedTensor(entry, data)
    tensors.set(entry.name, tensor)
    stored += tensor.bytes.length
    // Many names for the same bytes would unpack to far more memory than the file has.
    if (stored > data.length) throw new Error(`the tensor "${entry.name}" lies over another one`)
  }
  return tensors
}
