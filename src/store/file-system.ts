import * as fs from 'node:fs'

/**
 * The calls by which the store reaches the disk, few enough that a test can make each of them fail. What only touches
 * the cache of the operating system takes microseconds and is synchronous, so that its order is plain; what waits for
 * the disk itself is not. All of them throw Node's errors.
 */
export interface FileSystem {
  open(path: string, access: Access, mode?: number): number
  /** Bytes read from that place of the file; 0 at its end. */
  read(file: number, into: Uint8Array, at: number): number
  /** Bytes written, which may be fewer than were given. */
  write(file: number, bytes: Uint8Array): number
  cut(file: number, length: number): void
  facts(file: number): Facts
  setTime(file: number, time: Date): void
  /** What was written is on the disk, and so are the file's other properties. */
  sync(file: number): Promise<void>
  /** What was written is on the disk. */
  syncData(file: number): Promise<void>
  close(file: number): void
  /** Of the path itself, also when it is a link; undefined when there is nothing. */
  factsAt(path: string): Facts | undefined
  list(path: string): readonly string[]
  makeFolder(path: string, mode: number): void
  setMode(path: string, mode: number): void
  rename(from: string, to: string): void
  /** A second name for a file; fails when that name is taken. */
  link(from: string, to: string): void
  remove(path: string): void
  /** A folder and all that is in it. Links are removed, not followed. */
  removeTree(path: string): void
}

/** How a file is opened. Never through a link in its last part, and what is new must not have been there. */
export type Access = 'read' | 'new' | 'new-append' | 'append' | 'folder'

export interface Facts {
  readonly kind: 'file' | 'folder' | 'link' | 'other'
  readonly size: number
  /** Permission bits. */
  readonly mode: number
  readonly userId: number
  readonly modifiedMs: number
}

const { O_RDONLY, O_WRONLY, O_RDWR, O_APPEND, O_CREAT, O_EXCL } = fs.constants
/** Windows has none of these, and undefined is no bit. Without the second a named pipe would keep its opener waiting. */
const { O_NOFOLLOW, O_NONBLOCK, O_DIRECTORY } = fs.constants

const flags: Readonly<Record<Access, number>> = {
  'read': O_RDONLY | O_NOFOLLOW | O_NONBLOCK,
  'new': O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
  'new-append': O_WRONLY | O_APPEND | O_CREAT | O_EXCL | O_NOFOLLOW,
  'append': O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK,
  'folder': O_RDONLY | O_NOFOLLOW | O_DIRECTORY,
}

/** The file system of this machine. */
export const systemFiles: FileSystem = {
  open: (path, access, mode = 0o600) => fs.openSync(path, flags[access], mode),
  read: (file, into, at) => fs.readSync(file, into, 0, into.length, at),
  write: (file, bytes) => fs.writeSync(file, bytes),
  cut: (file, length) => fs.ftruncateSync(file, length),
  facts: (file) => factsOf(fs.fstatSync(file)),
  setTime: (file, time) => fs.futimesSync(file, time, time),
  sync: (file) => settled((done) => fs.fsync(file, done)),
  syncData: (file) => settled((done) => fs.fdatasync(file, done)),
  close: (file) => fs.closeSync(file),
  factsAt(path) {
    const stats = fs.lstatSync(path, { throwIfNoEntry: false })
    return stats === undefined ? undefined : factsOf(stats)
  },
  list: (path) => fs.readdirSync(path),
  makeFolder(path, mode) {
    fs.mkdirSync(path, { mode })
  },
  setMode: (path, mode) => fs.chmodSync(path, mode),
  rename: (from, to) => fs.renameSync(from, to),
  link: (from, to) => fs.linkSync(from, to),
  remove: (path) => fs.unlinkSync(path),
  removeTree: (path) => fs.rmSync(path, { recursive: true, force: true }),
}

function factsOf(stats: fs.Stats): Facts {
  const kind = stats.isFile()
    ? 'file'
    : stats.isDirectory()
      ? 'folder'
      : stats.isSymbolicLink()
        ? 'link'
        : 'other'
  return {
    kind,
    size: stats.size,
    mode: stats.mode & 0o7777,
    userId: stats.uid,
    modifiedMs: stats.mtimeMs,
  }
}

function settled(call: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    call((error) => (error === null ? resolve() : reject(error)))
  })
}
