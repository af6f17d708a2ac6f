import { readFileSync } from 'node:fs'
import { SourceMap, type SourceMapPayload } from 'node:module'
import { createJiti } from 'jiti'

// One loader on every version of Node, so that a flow behaves alike wherever it runs: enums, imports without an extension
// and all else that TypeScript has, and nothing is left on the disk that someone else could have put there.
const options = { fsCache: false, sourceMaps: true, interopDefault: false } as const

/** Imports a TypeScript module and what it imports, like `import`. */
export async function importTypescript(path: string): Promise<unknown> {
  return createJiti(path, options).import(path)
}

/**
 * The column, from 1, that a place in the running code has in the file; lines are kept. The file is translated once more
 * for that, since only few places are ever asked for.
 */
export function originalColumn(path: string, line: number, column: number): number | undefined {
  const code = createJiti(path, options).transform({
    source: readFileSync(path, 'utf8'),
    filename: path,
    ts: true,
    async: true,
  })
  const map = /\/\/# sourceMappingURL=data:[^,]*;base64,([A-Za-z0-9+/=]+)\s*$/.exec(code)?.[1]
  if (map === undefined) return undefined
  const payload = JSON.parse(Buffer.from(map, 'base64').toString('utf8')) as SourceMapPayload
  const entry = new SourceMap(payload).findEntry(line - 1, column - 1)
  return 'originalLine' in entry && entry.originalLine === line - 1 ? entry.originalColumn + 1 : undefined
}
