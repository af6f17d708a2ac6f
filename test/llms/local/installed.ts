import { existsSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'
import type { Library } from '../../../src/llms/local/library.ts'

const entry = fileURLToPath(
  new URL('../../local-model/node_modules/node-llama-cpp/dist/index.js', import.meta.url),
)

/** Why tests with a real model are left out; undefined when they can run. */
export const missingLibrary = existsSync(entry)
  ? undefined
  : 'node-llama-cpp is not installed: npm ci --prefix test/local-model --ignore-scripts --omit=optional'

/** The folder of node-llama-cpp. */
export const libraryFolder = fileURLToPath(new URL('../../local-model/node_modules', import.meta.url))

export async function loadLibrary(): Promise<Library> {
  return (await import(/* @vite-ignore */ pathToFileURL(entry).href)) as Library
}
