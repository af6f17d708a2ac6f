import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { access, lstat, open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { codeOf, reasonOf } from './failure-reason.ts'
import { openPipe } from './pipe.ts'
import { UsageError } from './usage-error.ts'

export interface OutputFile {
  /** Replaces what is in the file, whole or not at all. Rejects when that fails; the old file is then still there. */
  write(pieces: Iterable<string>): Promise<void>
}

/** A file to write later. Throws `UsageError` now if it could not be written: nothing has been paid for yet. */
export async function prepareOutputFile(path: string): Promise<OutputFile> {
  if (path === '') throw new UsageError('option "--output" needs the name of a file')
  try {
    const facts = await factsOf(path)
    if (facts?.isDirectory() === true) throw new UsageError(`output file "${path}" is a folder`)
    if (path.endsWith('/')) throw new UsageError(`output file "${path}" has the name of a folder`)
    if (facts !== undefined && !facts.isFile()) return await prepareDevice(path)
    // A link is followed, so that it is still one afterwards.
    const target = facts === undefined ? path : await realpath(path)
    if (facts !== undefined) await access(target, constants.W_OK)
    await tryFolder(path, target)
    return { write: (pieces) => replace(target, facts, pieces) }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`output file "${path}" cannot be written: ${reasonOf(error)}`)
  }
}

/** Undefined for a file that is not there yet. */
async function factsOf(path: string): Promise<Stats | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
  }
  const isLink = await lstat(path).then(
    (facts) => facts.isSymbolicLink(),
    () => false,
  )
  if (!isLink) return undefined
  throw new UsageError(
    `output file "${path}" is a link to a file that does not exist`,
    'make that file, or remove the link',
  )
}

/** The file is made anew and put in the place of the old one, so its folder has to take new files. */
async function tryFolder(path: string, target: string): Promise<void> {
  if (Buffer.byteLength(basename(target)) > 255)
    throw new UsageError(`output file "${path}" has a name that is too long`)
  // Where this fails, the folder itself is what is wrong.
  await access(dirname(target))
  try {
    const trial = await openTemporary(target, undefined)
    await trial.handle.close()
    await rm(trial.path)
  } catch (error) {
    const ofFolder = new Map([
      ['ENOENT', 'takes no new files'],
      ['EACCES', 'may not be written to'],
      ['EPERM', 'may not be written to'],
    ])
    const reason = ofFolder.get(codeOf(error) ?? '')
    if (reason === undefined) throw error
    throw new UsageError(`output file "${path}" cannot be written: its folder ${reason}`)
  }
}

/** A pipe or a device such as /dev/null is written to; it cannot be replaced. */
async function prepareDevice(path: string): Promise<OutputFile> {
  const pipe = await openPipe(path)
  return {
    async write(pieces) {
      try {
        await writePieces((chunk) => pipe.write(chunk), pieces)
      } finally {
        await pipe.close()
      }
    },
  }
}

async function replace(target: string, before: Stats | undefined, pieces: Iterable<string>): Promise<void> {
  const { path, handle } = await openTemporary(target, before)
  try {
    try {
      await writePieces((chunk) => handle.writeFile(chunk), pieces)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(path, target)
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  await syncFolder(dirname(target))
}

/** The new name should be on the disk as well. The file is in its place, so where that cannot be done is no failure. */
async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r')
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  } catch {
    // A folder that may not be read, or a file system that cannot do it.
  }
}

/** In the folder of the target: a file can only be renamed within one file system. */
async function openTemporary(
  target: string,
  before: Stats | undefined,
): Promise<{ readonly path: string; readonly handle: FileHandle }> {
  for (;;) {
    // The target's own name may be as long as a name can be, so it is not part of this one.
    const path = join(dirname(target), `.llmflows-${randomBytes(6).toString('hex')}.tmp`)
    try {
      const handle = await open(path, 'wx', before === undefined ? 0o666 : 0o600)
      // The umask has a say in the mode of a new file, but not in that of one that is there.
      if (before !== undefined) await handle.chmod(before.mode & 0o777)
      return { path, handle }
    } catch (error) {
      // Left over from a process that was killed.
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

async function writePieces(write: (chunk: string) => Promise<void>, pieces: Iterable<string>): Promise<void> {
  let chunk = ''
  for (const piece of pieces) {
    chunk += piece
    if (chunk.length < 64 * 1024) continue
    await write(chunk)
    chunk = ''
  }
  await write(chunk)
}
