import { constants, type Stats } from 'node:fs'
import { access, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UsageError } from './usage-error.ts'

export interface OutputFile {
  /** Replaces what is in the file, whole or not at all. Rejects when that fails; the old file is then still there. */
  write(pieces: Iterable<string>): Promise<void>
}

/** A file to write later. Throws `UsageError` now if it could not be written: nothing has been paid for yet. */
export async function prepareOutputFile(path: string): Promise<OutputFile> {
  try {
    const facts = await stat(path).catch((error: unknown) => {
      if (codeOf(error) === 'ENOENT') return undefined
      throw error
    })
    if (facts?.isDirectory() === true) throw new UsageError(`output file "${path}" is a folder`)
    if (facts !== undefined && !facts.isFile()) return await prepareDevice(path)
    // A link is followed, so that it is still one afterwards.
    const target = facts === undefined ? path : await realpath(path)
    if (facts !== undefined) await access(target, constants.W_OK)
    const trial = await openTemporary(target, facts)
    await trial.handle.close()
    await rm(trial.path)
    return { write: (pieces) => replace(target, facts, pieces) }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`output file "${path}" cannot be written: ${reasonOf(error)}`)
  }
}

/** A pipe or a device such as /dev/null is written to; it cannot be replaced. */
async function prepareDevice(path: string): Promise<OutputFile> {
  await access(path, constants.W_OK)
  return {
    async write(pieces) {
      const handle = await open(path, 'w')
      try {
        await writePieces(handle, pieces)
      } finally {
        await handle.close()
      }
    },
  }
}

async function replace(target: string, before: Stats | undefined, pieces: Iterable<string>): Promise<void> {
  const { path, handle } = await openTemporary(target, before)
  try {
    try {
      await writePieces(handle, pieces)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(path, target)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  // The new name has to be on the disk as well.
  const folder = await open(dirname(target), 'r')
  try {
    await folder.sync()
  } catch (error) {
    // Some file systems cannot sync a folder.
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error
  } finally {
    await folder.close()
  }
}

/** In the folder of the target: a file can only be renamed within one file system. */
async function openTemporary(
  target: string,
  before: Stats | undefined,
): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  const path = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  const handle = await open(path, 'wx', before === undefined ? 0o666 : before.mode & 0o777)
  return { path, handle }
}

async function writePieces(handle: FileHandle, pieces: Iterable<string>): Promise<void> {
  let chunk = ''
  for (const piece of pieces) {
    chunk += piece
    if (chunk.length < 64 * 1024) continue
    await handle.writeFile(chunk)
    chunk = ''
  }
  await handle.writeFile(chunk)
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

/** Why a file cannot be written, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const reasons = new Map([
    ['ENOENT', 'its folder does not exist'],
    ['ENOTDIR', 'its folder is a file'],
    ['EACCES', 'that is not allowed'],
    ['EPERM', 'that is not allowed'],
    ['EROFS', 'the file system is read-only'],
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the disk quota is used up'],
  ])
  const code = codeOf(error)
  return reasons.get(code ?? '') ?? code ?? (error instanceof Error ? error.message : String(error))
}
