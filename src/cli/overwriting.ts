import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { RunTexts } from './run-options.ts'
import { UsageError } from './usage-error.ts'

/**
 * Throws `UsageError` when the run would write over a file that it was read from, or its result and its events over each
 * other: what a person wrote by hand would be gone. Files are compared, not names; devices and pipes may be the same.
 */
export async function refuseOverwriting(
  { output, events }: Pick<RunTexts, 'output' | 'events'>,
  read: readonly string[],
): Promise<void> {
  if (output === undefined && events === undefined) return
  const before = new Map<string, string>()
  for (const path of read) {
    const file = await identityOf(path)
    if (file !== undefined && !before.has(file)) before.set(file, path)
  }
  for (const [option, path] of [
    ['--output', output],
    ['--events', events],
  ] as const) {
    const file = path === undefined ? undefined : await identityOf(path)
    if (path === undefined || file === undefined) continue
    const same = before.get(file)
    if (same !== undefined) {
      const message =
        same === output && option === '--events'
          ? `"--output" and "--events" are the same file "${path}"`
          : `"${option} ${path}" would overwrite "${same}", which this run reads`
      throw new UsageError(message, 'name another file')
    }
    before.set(file, path)
  }
}

/** What two names of one file have in common; undefined for what is no file. */
async function identityOf(path: string): Promise<string | undefined> {
  try {
    const facts = await stat(path, { bigint: true })
    return facts.isFile() ? `${facts.dev}:${facts.ino}` : undefined
  } catch {
    // A file that is not there yet has only its place.
    const folder = await realpath(dirname(path)).catch(() => undefined)
    return folder === undefined ? undefined : join(folder, basename(path))
  }
}
