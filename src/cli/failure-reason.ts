/** The code that the system gives an error, such as ENOENT. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'its folder does not exist'],
  ['ENOTDIR', 'its folder is a file'],
  ['EISDIR', 'it is a folder'],
  ['ELOOP', 'its links lead in a circle'],
  ['ENAMETOOLONG', 'its name is too long'],
  ['EACCES', 'that is not allowed'],
  ['EPERM', 'that is not allowed'],
  ['EROFS', 'the file system is read-only'],
  ['EEXIST', 'something else has its name'],
  ['ETXTBSY', 'it is a program that is running'],
  ['ENXIO', 'nobody reads from it, or it is a socket'],
  ['ENODEV', 'no device is behind it'],
  ['EPIPE', 'its reader has gone away'],
  ['EBADF', 'it is closed'],
  ['EINVAL', 'it does not take what is written to it'],
  ['EIO', 'the device reports an error'],
  ['EFBIG', 'the file would be too large'],
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EMFILE', 'too many files are open'],
  ['ENFILE', 'too many files are open'],
])

/** Why a file cannot be written, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const code = codeOf(error)
  const message = error instanceof Error ? error.message : String(error)
  return reasons.get(code ?? '') ?? message
}
