import { readFileSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'

export interface LoadedProgram {
  readonly program: typeof import('./process.ts')
  readonly script: Script
  /** Where the code cache for this version of V8 is, or would be. */
  readonly cachePath: string
}

/**
 * Loads the built program with the code that V8 compiled for it when it was built; half of a start goes into compiling
 * otherwise. A cache of another V8 is not looked at, and V8 itself refuses one that does not fit.
 */
export function loadProgram(): LoadedProgram {
  const path = fileURLToPath(new URL('./program.cjs', import.meta.url))
  const cachePath = `${path}.${process.versions.v8}-${process.arch}.cache`
  const cachedData = readIfThere(cachePath)
  // The bundle is ASCII, which is read faster so.
  const source = module.wrap(readFileSync(path, 'latin1'))
  // The cache keeps the name, and goes with the package to other machines.
  const filename = 'program.cjs'
  const script = new Script(source, { filename, ...(cachedData === undefined ? {} : { cachedData }) })
  const loaded = { exports: {} as typeof import('./process.ts') }
  const run = script.runInThisContext() as (...args: readonly unknown[]) => void
  run(loaded.exports, module.createRequire(path), loaded, path, fileURLToPath(new URL('.', import.meta.url)))
  return { program: loaded.exports, script, cachePath }
}

function readIfThere(path: string): Buffer | undefined {
  try {
    return readFileSync(path)
  } catch {
    return undefined
  }
}
