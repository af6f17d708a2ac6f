/** Writes small GGUF files for tests; knows nothing of the reader. */
export interface TensorSource {
  readonly name: string
  readonly shape: readonly number[]
  readonly type: number
  readonly offset: number
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

export function u64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes
}

export function text(value: string): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([u64(bytes.length), bytes])
}

/** One metadata entry: its key, the number of its type, its bytes. */
export function entry(key: string, type: number, value: Buffer): Buffer {
  return Buffer.concat([text(key), u32(type), value])
}

export function ggufFile({
  entries = [],
  tensors = [],
  data = Buffer.alloc(0),
  version = 3,
}: {
  readonly entries?: readonly Buffer[]
  readonly tensors?: readonly TensorSource[]
  readonly data?: Uint8Array
  readonly version?: number
}): Buffer {
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(entries.length),
    ...entries,
    ...tensors.map(({ name, shape, type, offset }) =>
      Buffer.concat([text(name), u32(shape.length), ...shape.map(u64), u32(type), u64(offset)]),
    ),
  ])
  return Buffer.concat([head, Buffer.alloc((32 - (head.length % 32)) % 32), data])
}
