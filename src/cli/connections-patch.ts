import { isAbsolute, relative, sep } from 'node:path'
import type { FlowSource } from '../document/flow-file.ts'
import { insertConnections } from '../document/insert-connections.ts'
import { checkSource, type LoadOptions } from '../graph/load.ts'
import { missingConnections } from '../graph/strict.ts'
import { SourceFile } from '../source/source-file.ts'
import { unifiedDiff } from '../source/unified-diff.ts'

/**
 * A patch that writes every connection a flow leaves to its variables; `git apply` takes it in the folder `cwd`.
 * Undefined when something else is wrong with the flow, or when its text has no place for them.
 */
export function connectionsPatch(
  source: Extract<FlowSource, { ok: true }>,
  options: LoadOptions,
  cwd: string,
): string | undefined {
  const { compiled } = checkSource(source, { ...options, strict: false })
  if (compiled === undefined) return undefined
  const { path, text } = source.file
  const patched = insertConnections(source.file, missingConnections(compiled.flow, compiled.graph))
  if (patched === undefined) return undefined
  // What is printed has been tried.
  const tried = checkSource({ ...source, file: new SourceFile(path, patched) }, { ...options, strict: true })
  return tried.compiled === undefined ? undefined : unifiedDiff(patchPath(path, cwd), text, patched)
}

function patchPath(path: string, cwd: string): string {
  if (path.startsWith('<')) return 'flow.yaml'
  const local = isAbsolute(path) ? relative(cwd, path) : path
  return local
    .split(sep)
    .join('/')
    .replace(/^(?:\.\/)+/, '')
}
