const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads little-endian values one after the other and never past the end: whatever a damaged file claims,
 * the answer is an Error that names the place.
 */
export class ByteReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /** Offset of the next byte. */
  get at(): number {
    return this.#at
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1))
  }

  i8(): number {
    return this.#view.getInt8(this.#skip(1))
  }

  u16(): number {
    return this.#view.getUint16(this.#skip(2), true)
  }

  i16(): number {
    return this.#view.getInt16(this.#skip(2), true)
  }

  u32(): number {
    return this.#view.getUint32(this.#skip(4), true)
  }

  i32(): number {
    return this.#view.getInt32(this.#skip(4), true)
  }

  f32(): number {
    return this.#view.getFloat32(this.#skip(4), true)
  }

  f64(): number {
    return this.#view.getFloat64(this.#skip(8), true)
  }

  u64(): number {
    return this.#exact(this.#view.getBigUint64(this.#skip(8), true))
  }

  i64(): number {
    return this.#exact(this.#view.getBigInt64(this.#skip(8), true))
  }

  text(): string {
    const at = this.#at
    const length = this.u64()
    const start = this.#skip(length)
    try {
      return decoder.decode(this.#bytes.subarray(start, start + length))
    } catch (error) {
      throw new Error(`the text at byte ${at} is not UTF-8`, { cause: error })
    }
  }

  /** How many things follow. A count that the rest of the file cannot hold is refused before anything is allocated. */
  count(smallestBytesEach: number): number {
    const at = this.#at
    const count = this.u64()
    if (count * smallestBytesEach > this.#bytes.length - this.#at) {
      throw new Error(`the count ${count} at byte ${at} is more than the file can hold`)
    }
    return count
  }

  #skip(length: number): number {
    const at = this.#at
    if (length > this.#bytes.length - at) {
      throw new Error(
        `the file ends after ${this.#bytes.length} bytes, but ${length} more were due at byte ${at}`,
      )
    }
    this.#at = at + length
    return at
  }

  #exact(value: bigint): number {
    const number = Number(value)
    if (!Number.isSafeInteger(number))
      throw new Error(`the number ${value} before byte ${this.#at} is too large`)
    return number
  }
}
