import { realpathSync } from 'node:fs'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'

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
  const root = isOwn ? join(real(resolve('.')), OWN_FOLDER) : real(resolve(dirname(flowPath)))
  const file = real(resolve(isOwn ? '.' : dirname(flowPath), ...parts))
  const inside = relative(root, file)
  const isInside = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !isAbsolute(inside)
  return isInside ? file : undefined
}

/** The path with all links resolved, as far down as there is something. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    const above = dirname(path)
    return above === path ? path : join(real(above), path.slice(above.length).replace(/^[\\/]/, ''))
  }
}
