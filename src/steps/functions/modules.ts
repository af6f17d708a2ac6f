import { pathToFileURL } from 'node:url'

/** What can be called: what a function gives may be anything. */
export type UserFunction = (argument: unknown, more: { readonly signal: AbortSignal }) => unknown

/** Imports the module and finds the function that it exports under a name. Throws `NoFunction`, or whatever the module throws. */
export async function importFunction(path: string, name: string): Promise<UserFunction> {
  const loaded: unknown = /\.[cm]?ts$/.test(path)
    ? await (await import('./typescript.ts')).importTypescript(path)
    : await import(pathToFileURL(path).href)
  const found = exportOf(loaded, name) ?? exportOf(exportOf(loaded, 'default'), name)
  if (typeof found === 'function') return found as UserFunction
  const what = found === undefined ? 'nothing' : found === null ? 'null' : `a ${typeof found}`
  throw new NoFunction(
    found === undefined
      ? `it exports ${name === 'default' ? 'nothing by default' : `no "${name}"`}`
      : `what it exports ${name === 'default' ? 'by default' : `as "${name}"`} is ${what}, not a function`,
  )
}

/** The end of a sentence about a module. */
export class NoFunction extends Error {
  override readonly name = 'NoFunction'
}

/** A CommonJS module is what it exports by default, whatever names it has inside. */
function exportOf(module: unknown, name: string): unknown {
  const isObject = (typeof module === 'object' && module !== null) || typeof module === 'function'
  return isObject && Object.hasOwn(module, name)
    ? (module as Readonly<Record<string, unknown>>)[name]
    : undefined
}
