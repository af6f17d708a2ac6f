import { createContext, runInContext, type Context } from 'node:vm'

/** A pattern comes with the flow and may be made to take for ever: all of a value gets this long together. */
const MATCHING_MS = 1000

/** The patterns of one check, each compiled once; knows which one is being matched. */
export class Patterns {
  readonly #compiled = new Map<string, RegExp | undefined>()
  #current: { readonly pattern: string; readonly path: string } | undefined

  /** Where a check was broken off, and what to say of it. */
  get overrun(): { readonly path: string; readonly what: string } {
    if (this.#current === undefined) return { path: '', what: 'could not be checked in time' }
    const { pattern, path } = this.#current
    return { path, what: `could not be matched against ${pattern} in time` }
  }

  /** What keeps a text from matching, or undefined. `path` says where the text is. */
  problem(value: string, pattern: string, path: string): string | undefined {
    const compiled = this.#compile(pattern)
    if (compiled === undefined) return `has a pattern that is no regular expression: ${pattern}`
    this.#current = { pattern, path }
    const matches = compiled.test(value)
    this.#current = undefined
    return matches ? undefined : `must match ${pattern}`
  }

  #compile(pattern: string): RegExp | undefined {
    if (this.#compiled.has(pattern)) return this.#compiled.get(pattern)
    const compiled = regExp(pattern)
    this.#compiled.set(pattern, compiled)
    return compiled
  }
}

/** The regular expression that a pattern of a schema is; undefined where it is none. */
export function regExp(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return undefined
  }
}

const sandbox: { run: () => void } = { run() {} }
let context: Context | undefined

/** Does something in the time that patterns get; false when it was broken off. Only a script can be, with all that it calls. */
export function inTime(work: () => void): boolean {
  sandbox.run = work
  context ??= createContext(sandbox)
  try {
    runInContext('run()', context, { timeout: MATCHING_MS })
    return true
  } catch (error) {
    // An error of the context's own realm.
    const isOverrun = typeof error === 'object' && error !== null && 'code' in error
    if (isOverrun && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return false
    throw error
  } finally {
    sandbox.run = () => {}
  }
}
