/** Why something could not be kept or read, in words that are stable enough to decide by. */
export type StoreErrorCode =
  | 'disk-full'
  | 'not-allowed'
  | 'read-only'
  | 'too-many-files' // open at a time
  | 'io-error' // any other fault of the disk or the file system
  | 'not-found'
  | 'too-large' // for the place where it should be kept
  | 'unsafe' // a link or another user's folder where our own should be
  | 'run-held' // another process works on the run
  | 'damaged'
  | 'newer-format' // written by a later llmflows

interface Details {
  readonly path: string
  /** What to do about it. */
  readonly help?: string | undefined
  /** Where a file is damaged: counts from 1. */
  readonly line?: number
  /** Where a file is damaged: bytes before it. */
  readonly offset?: number
  readonly cause?: unknown
}

/** Something of the `.llmflows` folder that failed. The message names the file and is made to be shown. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly code: StoreErrorCode
  readonly path: string
  readonly help: string | undefined
  readonly line: number | undefined
  readonly offset: number | undefined

  constructor(code: StoreErrorCode, message: string, details: Details) {
    super(message, { cause: details.cause })
    this.code = code
    this.path = details.path
    this.help = details.help
    this.line = details.line
    this.offset = details.offset
  }
}

const faults: Readonly<Record<string, readonly [StoreErrorCode, string]>> = {
  ENOSPC: ['disk-full', 'the disk is full'],
  EDQUOT: ['disk-full', 'the disk quota is used up'],
  EFBIG: ['disk-full', 'the file would be too large'],
  EACCES: ['not-allowed', 'that is not allowed'],
  EPERM: ['not-allowed', 'that is not allowed'],
  EROFS: ['read-only', 'the file system is read-only'],
  EMFILE: ['too-many-files', 'too many files are open'],
  ENFILE: ['too-many-files', 'too many files are open'],
  EIO: ['io-error', 'the device reports an error'],
  ENOENT: ['not-found', 'it does not exist'],
  ENOTDIR: ['unsafe', 'something in its path is not a folder'],
  ELOOP: ['unsafe', 'it is a symbolic link'],
  EEXIST: ['io-error', 'something else has its name'],
  ENOTSUP: ['io-error', 'the file system cannot do it'],
}

/**
 * An error of the file system as one of the store. `action` is the verb: "written", "read". Any other error is a mistake of
 * whoever called, and is thrown as it is.
 */
export function storeError(error: unknown, path: string, action: string): StoreError {
  if (error instanceof StoreError) return error
  const errno = errnoOf(error)
  if (errno === undefined) throw error
  const [code, reason] = faults[errno] ?? ['io-error', messageOf(error)]
  return new StoreError(code, `"${path}" cannot be ${action}: ${reason}`, { path, cause: error })
}

/** The name that the operating system has for an error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
