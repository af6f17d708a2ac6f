import { isAbsolute, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { jsonCopy } from '../../flow/json-copy.ts'

/** Where in a user's code something was thrown. */
export interface UserPlace {
  readonly path: string
  readonly line: number
  readonly column: number
}

/** Characters of what was thrown that are shown. */
const MAX_LENGTH = 4000
/** Lines of a stack that are looked at. */
const MAX_FRAMES = 50

/** What was thrown, as a text for people. Never throws, whatever a getter or a proxy in it does. */
export function describeThrown(thrown: unknown): string {
  try {
    const text = wordsOf(thrown)
    return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}…` : text
  } catch {
    return 'something that cannot be read'
  }
}

function wordsOf(thrown: unknown): string {
  if (thrown instanceof Error) {
    // Whoever throws may have put anything there.
    const { name, message }: { readonly name: unknown; readonly message: unknown } = thrown
    return message === '' ? String(name) : `${String(name)}: ${String(message)}`
  }
  if (typeof thrown === 'string') return thrown
  const json = jsonCopy(thrown)
  return json.ok ? JSON.stringify(json.value) : `something that is no error, and ${json.problem}`
}

/**
 * The innermost line of a stack that lies in a file of the user, one of the flow's folder if there is one. A stack may hold
 * anything, since whoever throws can write it.
 */
export function placeOf(thrown: unknown, root: string): UserPlace | undefined {
  let stack: unknown
  try {
    stack = thrown instanceof Error ? thrown.stack : undefined
  } catch {
    return undefined
  }
  if (typeof stack !== 'string') return undefined
  const places: UserPlace[] = []
  for (const line of stack.slice(0, 20_000).split('\n', MAX_FRAMES)) {
    const frame = /^\s+at (?:.*\()?((?:file:\/\/)?\/[^()]*|[A-Za-z]:\\[^()]*):(\d+):(\d+)\)?$/.exec(line)
    const file = pathOf(frame?.[1] ?? '')
    if (file === undefined || file === ownFile) continue
    places.push({ path: file, line: Number(frame?.[2]), column: Number(frame?.[3]) })
  }
  const isOwn = ({ path }: UserPlace): boolean =>
    !path.includes(`${sep}node_modules${sep}`) && isInside(relative(root, path))
  return places.find(isOwn) ?? places[0]
}

/** `tools/calc.ts:12:5`, relative to the flow's folder. */
export function placeText({ path, line, column }: UserPlace, root: string): string {
  const short = relative(root, path)
  return `${(isInside(short) ? short : path).replaceAll('\\', '/')}:${line}:${column}`
}

const ownFile = pathOf(import.meta.url)

function pathOf(file: string): string | undefined {
  if (!file.startsWith('file://')) return file === '' ? undefined : file
  try {
    return fileURLToPath(file)
  } catch {
    return undefined
  }
}

function isInside(path: string): boolean {
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path)
}
