/**
 * Imports a package that need not be there, from where llmflows is installed. No bundler looks for it and no compiler for
 * its types. The build makes a file of its own of this: the command line runs from its code cache, where V8 cannot import.
 */
export function importModule(specifier: string): Promise<unknown> {
  return import(specifier)
}
