import type { Diagnosis } from '../diagnostics/diagnosis.ts'
import { shortList } from '../diagnostics/short-list.ts'
import type { ScalarNode } from '../document/node.ts'
import type { FlowFolder } from '../source/flow-folder.ts'
import type { ModuleFunction } from './flow.ts'
import { writtenExports } from './module-exports.ts'

const extensions = ['.js', '.ts', '.mjs', '.mts', '.cjs', '.cts']

interface Surroundings {
  readonly folder: FlowFolder | undefined
  readonly diagnosis: Diagnosis
}

/**
 * The function that `./file.js#export` names. That the file is there, inside the flow's folder, and seems to export the name
 * is looked at without running it; where it is not, that is reported.
 */
export function readModuleFunction(
  node: ScalarNode & { readonly value: string },
  { folder, diagnosis }: Surroundings,
): ModuleFunction | undefined {
  const { value: text, span } = node
  const [, file = '', name] = /^([^#]*)(?:#(.*))?$/s.exec(text) ?? []
  if (file === '' || name === '') {
    const help = 'write it like ./tools.js#add, or ./tools.js for the default export'
    diagnosis.error('bad-function', span, `"${text}" names no function of a module`, { help })
    return undefined
  }
  if (folder === undefined) {
    diagnosis.error('bad-function', span, 'a flow that is not a file has no folder to load modules from')
    return undefined
  }
  const isModule = extensions.some((extension) => file.endsWith(extension))
  const found = folder.locate(file)
  if (!found.ok || !isModule) {
    const other = found.ok && isModule ? undefined : otherFile(file, folder)
    const problem = found.ok ? 'is no JavaScript or TypeScript module' : found.problem
    const help =
      other === undefined
        ? found.ok
          ? `its name ends with one of ${extensions.join(', ')}`
          : found.help
        : `did you mean "${other}"?`
    diagnosis.error(
      'bad-function',
      span,
      `module file "${file}" ${problem}`,
      help === undefined ? {} : { help },
    )
    return undefined
  }
  const made: ModuleFunction = { text, path: found.path, export: name ?? 'default', span }
  const read = folder.read(file)
  if (!read.ok) return made
  const { names, isWhole } = writtenExports(read.file.text)
  if (!isWhole || names.has(made.export)) return made
  const guess = diagnosis.guesses.closest(made.export, names)
  const message =
    name === undefined
      ? `module "${file}" exports nothing by default`
      : `module "${file}" exports no "${name}"`
  const only = names.size === 1 ? [...names][0] : undefined
  diagnosis.error('bad-function', span, message, {
    help:
      guess !== undefined
        ? `did you mean "${file}#${guess}"?`
        : only !== undefined && only !== 'default'
          ? `it exports ${only}: write "${file}#${only}"`
          : `it exports ${shortList(names)}`,
  })
  return undefined
}

/** A file that is there and differs only in how its name ends. */
function otherFile(file: string, folder: FlowFolder): string | undefined {
  const bare = file.replace(/\.[cm]?[jt]sx?$/, '')
  return extensions
    .map((extension) => bare + extension)
    .find((other) => other !== file && folder.locate(other).ok)
}
