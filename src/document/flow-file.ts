import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { closest } from '../diagnostics/closest.ts'
import { FlowFolder } from '../source/flow-folder.ts'
import { SourceFile } from '../source/source-file.ts'
import { readBounded } from './bounded-file.ts'

export type FlowSource =
  /** `folder` is undefined for a flow that does not stand in a file. */
  | { readonly ok: true; readonly file: SourceFile; readonly folder: FlowFolder | undefined }
  | { readonly ok: false; readonly message: string; readonly help?: string }

const isFlowName = /\.(?:ya?ml|json)$/

/**
 * Reads a flow file; for a folder the `flow.yaml` in it. At most `maxBytes` are read. Never rejects: what is wrong comes
 * back in words.
 */
export async function readFlowFile(path: string, maxBytes: number): Promise<FlowSource> {
  try {
    const facts = await stat(path)
    if (facts.isDirectory()) return await readFolder(path, maxBytes)
    if (!facts.isFile() && !facts.isFIFO()) return { ok: false, message: `"${path}" is not a file` }
    const bytes = await readBounded(path, maxBytes)
    if (bytes !== undefined) return sourceOf(path, bytes, new FlowFolder(path))
    // How long a pipe would go on is not known.
    const size = facts.isFile() ? `${facts.size} bytes` : `more than ${maxBytes} bytes`
    return {
      ok: false,
      message: `"${path}" has ${size}, and a flow file may have ${maxBytes}`,
      help: 'keep long texts in template files, or raise the limit with --max-flow-bytes',
    }
  } catch (error) {
    return explain(path, error)
  }
}

/** A flow from bytes that are not a file's, such as standard input. */
export function sourceOf(name: string, bytes: Uint8Array, folder?: FlowFolder): FlowSource {
  try {
    // A byte order mark is taken off, so that offsets count what the author sees.
    return {
      ok: true,
      file: new SourceFile(name, new TextDecoder('utf-8', { fatal: true }).decode(bytes)),
      folder,
    }
  } catch {
    return { ok: false, message: `"${name}" is not a text file`, help: 'a flow is YAML or JSON in UTF-8' }
  }
}

async function readFolder(path: string, maxBytes: number): Promise<FlowSource> {
  const inside = join(path, 'flow.yaml')
  const exists = await stat(inside).then(
    (facts) => facts.isFile(),
    () => false,
  )
  if (exists) return readFlowFile(inside, maxBytes)
  const flows = (await readdir(path)).filter((name) => isFlowName.test(name)).sort()
  const help =
    flows.length === 0
      ? undefined
      : `name one of the files in it: ${flows
          .slice(0, 8)
          .map((name) => join(path, name))
          .join(', ')}`
  return {
    ok: false,
    message: `"${path}" is a folder without a flow.yaml`,
    ...(help === undefined ? {} : { help }),
  }
}

async function explain(path: string, error: unknown): Promise<FlowSource> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const similar = await similarFile(path)
    return {
      ok: false,
      message: `flow file "${path}" does not exist`,
      ...(similar === undefined ? {} : { help: `did you mean "${similar}"?` }),
    }
  }
  if (code === 'EACCES' || code === 'EPERM')
    return { ok: false, message: `flow file "${path}" may not be read` }
  return { ok: false, message: `flow file "${path}" cannot be read (${code})` }
}

/** A flow with a similar name, in the folder that was named or in `flows`. */
async function similarFile(path: string): Promise<string | undefined> {
  const wanted = basename(path)
  for (const folder of [dirname(path), 'flows']) {
    const files = (await readdir(folder).catch(() => [])).filter((file) => isFlowName.test(file))
    const found =
      files.find((file) => file.replace(isFlowName, '') === wanted.replace(/\.[^.]*$/, '')) ??
      closest(wanted, files)
    if (found !== undefined) return join(folder, found)
  }
  return undefined
}
