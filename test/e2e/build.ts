import { execFileSync } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** Global set-up: builds dist/ when a source is newer. */
export default function build(): void {
  const sources = ['src', '.config/build.js', '.config/code-cache.js', 'schemas', 'package.json']
  const newest = Math.max(...sources.map((source) => newestIn(join(root, source))))
  const built = newestIn(join(root, 'dist', 'program.cjs'))
  if (built < newest)
    execFileSync(process.execPath, [join(root, '.config/build.js')], {
      stdio: ['ignore', 'inherit', 'inherit'],
    })
}

function newestIn(path: string): number {
  const facts = statSync(path, { throwIfNoEntry: false })
  if (facts === undefined) return 0
  if (!facts.isDirectory()) return facts.mtimeMs
  return Math.max(0, ...readdirSync(path).map((name) => newestIn(join(path, name))))
}
