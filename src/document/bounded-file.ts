import { open } from 'node:fs/promises'

const CHUNK_BYTES = 64 * 1024

/**
 * The bytes of a file or pipe; undefined when there are more than `maxBytes`, which ends the reading: a pipe may never
 * end. Rejects with Node's error when it cannot be read.
 */
export async function readBounded(path: string, maxBytes: number): Promise<Uint8Array | undefined> {
  const handle = await open(path, 'r')
  try {
    const facts = await handle.stat()
    if (facts.isFile() && facts.size > maxBytes) return undefined
    const chunks: Uint8Array[] = []
    // One byte more than is known of, so that a file is read at once.
    let expected = facts.isFile() ? facts.size + 1 : CHUNK_BYTES
    for (let size = 0; ;) {
      const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(expected), 0, expected)
      if (bytesRead === 0) return Buffer.concat(chunks)
      size += bytesRead
      if (size > maxBytes) return undefined
      chunks.push(buffer.subarray(0, bytesRead))
      expected = CHUNK_BYTES
    }
  } finally {
    await handle.close()
  }
}
