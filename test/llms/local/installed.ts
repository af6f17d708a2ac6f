import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Library } from '../../../src/llms/local/library.ts'

/** Where `npm ci --prefix test/local-model` puts node-llama-cpp and what it needs. */
export const libraryFolder = fileURLToPath(new URL('../../local-model/node_modules', import.meta.url))

const entry = join(libraryFolder, 'node-llama-cpp', 'dist', 'index.js')

/** Why tests with a real model are left out; undefined when they can run. */
export const missingLibrary = existsSync(entry)
  ? undefined
  : 'node-llama-cpp is not installed: npm ci --prefix test/local-model --ignore-scripts --omit=optional'

export async function loadLibrary(): Promise<Library> {
  return (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Library
}
