import type { Dirent } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** A file of documents that was found. */
export interface DocumentFile {
  /** Where it is. */
  readonly path: string
  /** What its documents are called after: its path as it was named, or below the folder that was named. */
  readonly name: string
}

/** Something that is not indexed, and why. */
export interface SkippedFile {
  readonly path: string
  /** The end of a sentence that the path begins. */
  readonly problem: string
}

/** What is looked for in folders; a file that is named itself may be called anything. */
const EXTENSIONS = /\.(?:md|markdown|txt|text|jsonl|ndjson)$/i
const MAX_FILES = 100_000

/**
 * The files of documents that paths stand for, folders with all that is in them, each once and in the order of names.
 * Links are not followed out of folders, and what begins with a dot, and `node_modules`, is passed over.
 */
export async function* documentFiles(
  paths: readonly string[],
): AsyncGenerator<DocumentFile | SkippedFile, void, undefined> {
  const seen = new Set<string>()
  for (const path of paths) {
    for await (const found of below(path)) {
      const name = 'name' in found ? found.name : found.path
      if (seen.has(name)) continue
      seen.add(name)
      if (seen.size > MAX_FILES) {
        yield { path, problem: `leads to more than ${MAX_FILES} files` }
        return
      }
      yield found
    }
  }
}

async function* below(path: string): AsyncGenerator<DocumentFile | SkippedFile, void, undefined> {
  const kind = await kindOf(path)
  if (kind === 'file') yield { path, name: nameOf(path) }
  else if (kind !== 'folder') yield { path, problem: kind }
  else {
    const open = [path]
    for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
      const entries = await entriesOf(folder)
      if (typeof entries === 'string') {
        yield { path: folder, problem: entries }
        continue
      }
      const folders: string[] = []
      for (const entry of entries) {
        const inner = join(folder, entry.name)
        if (entry.name.startsWith('.') || entry.name === 'node_modules') continue
        if (entry.isDirectory()) folders.push(inner)
        else if (entry.isFile() && EXTENSIONS.test(entry.name)) yield { path: inner, name: nameOf(inner) }
      }
      open.push(...folders.toReversed())
    }
  }
}

async function kindOf(path: string): Promise<string> {
  try {
    const facts = await stat(path)
    if (facts.isDirectory()) return 'folder'
    return facts.isFile() ? 'file' : 'is neither a file nor a folder'
  } catch (error) {
    return reasonOf(error)
  }
}

async function entriesOf(folder: string): Promise<readonly Dirent[] | string> {
  try {
    const entries = await readdir(folder, { withFileTypes: true })
    return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    return reasonOf(error)
  }
}

/** Why a file cannot be had, as the end of a sentence. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'does not exist'
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read'
  return `cannot be read (${String(code ?? error)})`
}

/** The path with slashes, without `./` before it. */
function nameOf(path: string): string {
  const inside = relative('.', path)
  const name = inside === '' || inside.startsWith('..') ? path : inside
  return name.split(sep).join('/')
}
