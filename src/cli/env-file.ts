import { parseEnv } from 'node:util'
import { decode, readBytes } from './input-text.ts'

/** The variables in a file of `NAME=value` lines. Throws `UsageError` when it cannot be read. */
export async function readEnvFile(path: string): Promise<Readonly<Record<string, string | undefined>>> {
  const what = `variables file "${path}"`
  return parseEnv(decode(await readBytes(path, what), what))
}
