import { lstatSync, realpathSync } from 'node:fs'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

/** What llmflows writes of its own is below this folder of the working folder. */
const OWN_FOLDER = '.llmflows'

/**
 * The file of a local store: below the working folder's `.llmflows` when its path begins so, otherwise in the folder of the
 * flow. Undefined when it would be elsewhere, also through a symbolic link: a flow may be anyone's.
 */
export function storePath(written: string, flowPath: string): string | undefined {
  const parts = written.split(/[\\/]/).filter((part) => part !== '.' && part !== '')
  if (isAbsolute(written) || parts.length === 0 || parts.includes('..') || written.includes('\0'))
    return undefined
  const isOwn = parts[0] === OWN_FOLDER
  // The root may be a link, and so may what leads to it: both are resolved before they are compared.
  const folder = real(resolve(isOwn ? '.' : dirname(flowPath)))
  const file = folder === undefined ? undefined : real(join(folder, ...parts))
  if (folder === undefined || file === undefined) return undefined
  const root = isOwn ? join(folder, OWN_FOLDER) : folder
  const inside = relative(root, file)
  const isInside = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  return isInside ? file : undefined
}

/** The path with all links resolved, as far down as there is something; undefined for a link that leads nowhere. */
function real(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    if (lstatSync(path, { throwIfNoEntry: false }) !== undefined) return undefined
    const above = dirname(path)
    if (above === path) return path
    const resolved = real(above)
    return resolved === undefined ? undefined : join(resolved, basename(path))
  }
}
