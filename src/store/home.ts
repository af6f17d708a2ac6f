import { join } from 'node:path'
import { systemFiles, type FileSystem } from './file-system.ts'
import { type Processes, systemProcesses } from './processes.ts'
import { errnoOf, StoreError, storeError } from './store-error.ts'
import { removeQuietly, writeAll } from './whole-file.ts'

/** The folder `.llmflows`, in which runs and answers are kept. */
export interface Home extends HomeWorld {
  readonly path: string
}

/** What the folder is reached by. */
export interface HomeWorld {
  readonly fs: FileSystem
  readonly processes: Processes
}

const PRIVATE_FOLDER = 0o700
const PRIVATE_FILE = 0o600

/**
 * The `.llmflows` folder of a directory, made when it is not there: mode 0700, and ignored by git. A command uses that of the
 * directory it is called in, as `make` would, wherever the flow file is. Throws a `StoreError`, among others when the folder
 * is a symbolic link or another user's.
 */
export function openHome(directory: string, world: HomeWorld = systemWorld()): Home {
  const path = join(directory, '.llmflows')
  const home: Home = { ...world, path }
  try {
    makeFolder(home, path)
    ignoreInGit(home)
    return home
  } catch (error) {
    throw storeError(error, path, 'used')
  }
}

/** The `.llmflows` folder of a directory, to look into; undefined when there is none. Throws like `openHome`. */
export function findHome(directory: string, world: HomeWorld = systemWorld()): Home | undefined {
  const path = join(directory, '.llmflows')
  const home: Home = { ...world, path }
  try {
    return isOurFolder(home, path) ? home : undefined
  } catch (error) {
    throw storeError(error, path, 'used')
  }
}

/** A folder inside, made when it is not there, with those above it. Throws a `StoreError`. */
export function openFolder(home: Home, ...names: readonly string[]): string {
  let path = home.path
  try {
    for (const name of names) {
      path = join(path, name)
      makeFolder(home, path)
    }
    return path
  } catch (error) {
    throw storeError(error, path, 'used')
  }
}

/** A folder inside; undefined when there is none. Throws a `StoreError`. */
export function findFolder(home: Home, ...names: readonly string[]): string | undefined {
  let path = home.path
  try {
    for (const name of names) {
      path = join(path, name)
      if (!isOurFolder(home, path)) return undefined
    }
    return path
  } catch (error) {
    throw storeError(error, path, 'used')
  }
}

function systemWorld(): HomeWorld {
  return { fs: systemFiles, processes: systemProcesses() }
}

function makeFolder(home: Home, path: string): void {
  if (isOurFolder(home, path)) return
  try {
    home.fs.makeFolder(path, PRIVATE_FOLDER)
  } catch (error) {
    // Another process may have been faster; what it has made is looked at like any other.
    if (errnoOf(error) !== 'EEXIST' || !isOurFolder(home, path)) throw error
  }
}

/** False when there is nothing. A link is refused: whoever puts one there chooses what we write over or remove. */
function isOurFolder({ fs, processes }: HomeWorld, path: string): boolean {
  const facts = fs.factsAt(path)
  if (facts === undefined) return false
  if (facts.kind === 'link') {
    throw new StoreError('unsafe', `"${path}" is a symbolic link; llmflows keeps its files in a folder`, {
      path,
      help: 'remove the link',
    })
  }
  if (facts.kind !== 'folder')
    throw new StoreError('unsafe', `"${path}" is not a folder`, { path, help: 'remove it, or rename it' })
  if (processes.userId === undefined) return true
  if (facts.userId !== processes.userId) {
    throw new StoreError('unsafe', `"${path}" belongs to another user`, {
      path,
      help: 'remove it, or work in a directory of your own',
    })
  }
  // A checkout of git or a copy makes folders that everybody may read.
  if ((facts.mode & 0o077) !== 0) fs.setMode(path, PRIVATE_FOLDER)
  return true
}

function ignoreInGit({ fs, path }: Home): void {
  const name = join(path, '.gitignore')
  if (fs.factsAt(name) !== undefined) return
  let file: number
  try {
    file = fs.open(name, 'new', PRIVATE_FILE)
  } catch (error) {
    // Another process has been faster.
    if (errnoOf(error) === 'EEXIST') return
    throw error
  }
  try {
    writeAll(fs, file, Buffer.from('*\n'))
  } catch (error) {
    removeQuietly(fs, name)
    throw error
  } finally {
    fs.close(file)
  }
}
