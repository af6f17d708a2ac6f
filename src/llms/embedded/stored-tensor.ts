/** A tensor as it lies in the file. */
export interface StoredTensor {
  readonly name: string
  /** Lengths of the dimensions, the one whose neighbours are adjacent first. */
  readonly shape: readonly number[]
  readonly format: Format
  readonly bytes: Uint8Array
}

/** Numbers are stored in blocks; plain formats have blocks of one. */
interface Format {
  readonly name: string
  readonly blockLength: number
  readonly blockBytes: number
  /** Unpacks one block that starts at `at` in the view into `out` at `to`. */
  readonly unpack: (view: DataView, at: number, out: Float32Array, to: number) => void
}

const F32: Format = {
  name: 'F32',
  blockLength: 1,
  blockBytes: 4,
  unpack: (view, at, out, to) => {
    out[to] = view.getFloat32(at, true)
  },
}

const F16: Format = {
  name: 'F16',
  blockLength: 1,
  blockBytes: 2,
  unpack: (view, at, out, to) => {
    out[to] = fromHalf(view.getUint16(at, true))
  },
}

/** One half-precision scale for 32 signed bytes. */
const Q8_0: Format = {
  name: 'Q8_0',
  blockLength: 32,
  blockBytes: 34,
  unpack: (view, at, out, to) => {
    const scale = fromHalf(view.getUint16(at, true))
    for (let i = 0; i < 32; i++) out[to + i] = scale * view.getInt8(at + 2 + i)
  },
}

const FORMATS: ReadonlyMap<number, Format> = new Map([
  [0, F32],
  [1, F16],
  [8, Q8_0],
])

/**
 * Finds a tensor's bytes in the data part of a file.
 *
 * @throws Error for an unsupported format, an impossible shape, or data outside of the file.
 */
export function storedTensor(
  entry: {
    readonly name: string
    readonly shape: readonly number[]
    readonly type: number
    readonly offset: number
  },
  data: Uint8Array,
): StoredTensor {
  const { name, shape, type, offset } = entry
  const format = FORMATS.get(type)
  if (format === undefined)
    throw new Error(`the tensor "${name}" has the format ${type}; known are F32, F16 and Q8_0`)
  if (shape.includes(0) || (shape[0] ?? 1) % format.blockLength !== 0) {
    throw new Error(`the tensor "${name}" cannot have the shape ${shape.join('×')} as ${format.name}`)
  }
  const blocks = shape.reduce((product, length) => product * length, 1) / format.blockLength
  const end = offset + blocks * format.blockBytes
  if (!(end <= data.length)) {
    throw new Error(
      `the tensor "${name}" (${shape.join('×')}) ends at byte ${end} of ${data.length} bytes of data`,
    )
  }
  return { name, shape, format, bytes: data.subarray(offset, end) }
}

/** The numbers of a tensor, rows one after the other. */
export function unpackTensor({ format, bytes }: StoredTensor): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const blocks = bytes.length / format.blockBytes
  const out = new Float32Array(blocks * format.blockLength)
  for (let block = 0; block < blocks; block++) {
    format.unpack(view, block * format.blockBytes, out, block * format.blockLength)
  }
  return out
}

/** IEEE 754 half precision: 1 bit of sign, 5 of exponent, 10 of fraction. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  if (exponent === 0) return sign * fraction * 2 ** -24
  return sign * (1024 + fraction) * 2 ** (exponent - 25)
}
