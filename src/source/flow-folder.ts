import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, sep } from 'node:path'
import { SourceFile } from './source-file.ts'

export type ReadFile =
  | { readonly ok: true; readonly file: SourceFile }
  /** `problem` is the end of a sentence that names the file. */
  | { readonly ok: false; readonly problem: string; readonly help?: string }

export type FoundFile =
  /** Absolute, with symbolic links resolved. */
  | { readonly ok: true; readonly path: string }
  /** `problem` is the end of a sentence that names the file. */
  | { readonly ok: false; readonly isMissing: boolean; readonly problem: string; readonly help?: string }

const MAX_BYTES = 1024 * 1024
const MAX_FILES = 1000

/** What has been read for a flow and the flows inside it. */
interface Reading {
  asked: number
  readonly read: Set<string>
}

/**
 * The folder of a flow file: the only place from which a flow may read. A flow can come from anyone, so a path that
 * leaves the folder is refused, also one that leaves it through a symbolic link.
 */
export class FlowFolder {
  readonly #flowPath: string
  readonly #reading: Reading

  /** `flowPath` is the path of the flow file as the user wrote it. */
  constructor(flowPath: string, reading: Reading = { asked: 0, read: new Set() }) {
    this.#flowPath = flowPath
    this.#reading = reading
  }

  /** The path of the flow file, as it is shown. */
  get flowPath(): string {
    return this.#flowPath
  }

  /** The files that were read, as they are shown; those of the flows inside are among them. */
  get filesRead(): readonly string[] {
    return [...this.#reading.read]
  }

  /** The folder of a flow inside the flow, of which the path is shown. What is read there counts here. */
  folderOf(flowPath: string): FlowFolder {
    return new FlowFolder(flowPath, this.#reading)
  }

  /** Reads a UTF-8 text file of at most 1 MiB, named relative to the folder. */
  read(path: string): ReadFile {
    const found = this.locate(path)
    if (!found.ok) {
      const { problem, help } = found
      return { ok: false, problem, ...(help === undefined ? {} : { help }) }
    }
    const shown = join(dirname(this.#flowPath), path)
    try {
      if (statSync(found.path).size > MAX_BYTES)
        return { ok: false, problem: `is larger than ${MAX_BYTES} bytes` }
      const text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(found.path))
      this.#reading.read.add(shown)
      return { ok: true, file: new SourceFile(shown, text) }
    } catch (error) {
      return { ok: false, ...explain(error) }
    }
  }

  /** Where a file that is named relative to the folder really is. */
  locate(path: string): FoundFile {
    const refused = (problem: string, help?: string): FoundFile => ({
      ok: false,
      isMissing: false,
      problem,
      ...(help === undefined ? {} : { help }),
    })
    const outside = refused("is outside the flow's folder", 'copy it into the folder of the flow file')
    if (isAbsolute(path) || path.split(/[\\/]/).includes('..')) return outside
    if (path.includes('\0')) return refused('has a NUL character in its name, as no file can')
    if (++this.#reading.asked > MAX_FILES) return refused(`is one of more than ${MAX_FILES} files`)
    try {
      const folder = realpathSync(dirname(this.#flowPath))
      const real = realpathSync(join(dirname(this.#flowPath), path))
      const inside = relative(folder, real)
      if (inside.startsWith(`..${sep}`) || inside === '..' || isAbsolute(inside)) return outside
      return statSync(real).isFile() ? { ok: true, path: real } : refused('is not a file')
    } catch (error) {
      const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
      return { ok: false, isMissing, ...explain(error) }
    }
  }
}

function explain(error: unknown): { problem: string; help?: string } {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return { problem: 'does not exist', help: "paths are relative to the flow's folder" }
  if (code === 'EACCES' || code === 'EPERM') return { problem: 'may not be read' }
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return { problem: 'is not UTF-8 text' }
  return { problem: `cannot be read (${String(code)})` }
}
