import { randomBytes } from 'node:crypto'
import { dirname, join } from 'node:path'
import type { FileSystem } from './file-system.ts'
import { errnoOf } from './store-error.ts'

/** The bytes of a regular file; undefined when it is something else or larger than `maxBytes`. Throws Node's errors. */
export function readWhole(fs: FileSystem, path: string, maxBytes: number): Buffer | undefined {
  const file = fs.open(path, 'read')
  try {
    return readOpen(fs, file, maxBytes)
  } finally {
    fs.close(file)
  }
}

/** Like `readWhole`, for a file that is open. */
export function readOpen(fs: FileSystem, file: number, maxBytes: number): Buffer | undefined {
  const facts = fs.facts(file)
  if (facts.kind !== 'file' || facts.size > maxBytes) return undefined
  const bytes = Buffer.allocUnsafe(facts.size)
  const size = fill(fs, { file, at: 0 }, bytes)
  return bytes.subarray(0, size)
}

/** Reads until the buffer is full or the file ends; how many bytes there were. */
export function fill(
  fs: FileSystem,
  place: { readonly file: number; readonly at: number },
  into: Uint8Array,
): number {
  let size = 0
  while (size < into.length) {
    const count = fs.read(place.file, into.subarray(size), place.at + size)
    if (count === 0) break
    size += count
  }
  return size
}

/** Writes all of the bytes, in one call where the operating system takes them in one. */
export function writeAll(fs: FileSystem, file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) {
    const count = fs.write(file, at === 0 ? bytes : bytes.subarray(at))
    // It would be asked forever.
    if (count <= 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' })
    at += count
  }
}

/** A new file beside `path`, whole and on the disk, under a name that nobody else has; the name. */
export async function writeBeside(
  fs: FileSystem,
  path: string,
  content: { readonly bytes: Uint8Array; readonly mode: number },
): Promise<string> {
  const temporary = join(dirname(path), `.${randomBytes(8).toString('hex')}.tmp`)
  const file = fs.open(temporary, 'new', content.mode)
  try {
    try {
      writeAll(fs, file, content.bytes)
      await fs.sync(file)
    } finally {
      fs.close(file)
    }
  } catch (error) {
    removeQuietly(fs, temporary)
    throw error
  }
  return temporary
}

/** The name of a file that `writeBeside` makes, and that a killed process leaves behind. */
export const temporaryName: RegExp = /^\.[0-9a-f]{16}\.tmp$/

/** Puts the bytes in the place of whatever the file was, whole or not at all, and on the disk. Rejects with Node's errors. */
export async function replaceWhole(
  fs: FileSystem,
  path: string,
  content: { readonly bytes: Uint8Array; readonly mode: number },
): Promise<void> {
  const temporary = await writeBeside(fs, path, content)
  try {
    fs.rename(temporary, path)
  } catch (error) {
    removeQuietly(fs, temporary)
    throw error
  }
  await syncFolder(fs, dirname(path))
}

export function removeQuietly(fs: FileSystem, path: string): void {
  try {
    fs.remove(path)
  } catch {
    // It is gone already, or stays as litter that a later prune takes away.
  }
}

/** Closes a file after something else has failed, which is what there is to tell. */
export function closeQuietly(fs: FileSystem, file: number): void {
  try {
    fs.close(file)
  } catch {
    // The first failure is on its way already.
  }
}

/** Not every file system, and no Windows, can bring a folder to the disk by itself. */
const cannotSync = new Set(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM', 'EACCES', 'EBADF'])

/** The names in a folder are on the disk, where that can be done. */
export async function syncFolder(fs: FileSystem, path: string): Promise<void> {
  try {
    const folder = fs.open(path, 'folder')
    try {
      await fs.sync(folder)
    } finally {
      fs.close(folder)
    }
  } catch (error) {
    if (!cannotSync.has(errnoOf(error) ?? '')) throw error
  }
}
