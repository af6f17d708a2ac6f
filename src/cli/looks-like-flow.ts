import { closeSync, openSync, readSync, statSync } from 'node:fs'

/** Whether the beginning of a file has the key that every flow has. False for what cannot be read, and for pipes. */
export function looksLikeFlow(path: string): boolean {
  let file: number | undefined
  try {
    if (!statSync(path).isFile()) return false
    file = openSync(path, 'r')
    const start = Buffer.alloc(4096)
    const text = start.toString('utf8', 0, readSync(file, start))
    return /(?:^|[{,])\s*["']?llmflows["']?\s*:/m.test(text)
  } catch {
    return false
  } finally {
    if (file !== undefined) closeSync(file)
  }
}
