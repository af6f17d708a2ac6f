import { open } from 'node:fs/promises'
import { NotAResult, readResult } from '../run/read-result.ts'
import { reasonOf } from './failure-reason.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** Of a result file; it is held in memory. */
const MAX_RESULT_BYTES = 256 * 1024 * 1024

/** The result that the command line names: a file that `run` wrote, or `-` for standard input. Throws `UsageError`. */
export async function readResultFile(path: string, io: Io): Promise<ReturnType<typeof readResult>> {
  const bytes = path === '-' ? await io.stdinBytes() : await bytesOf(path)
  try {
    return readResult(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    if (!(error instanceof NotAResult || error instanceof TypeError)) throw error
    const why = error instanceof NotAResult ? error.message : 'it is not UTF-8'
    const name = path === '-' ? '<stdin>' : path
    throw new UsageError(
      `"${name}" is not a result of a run: ${why}`,
      'write one with: llmflows run FLOW -o result.json',
    )
  }
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path)
    try {
      const status = await file.stat()
      if (status.isDirectory()) throw new UsageError(`result file "${path}" is a folder`)
      if (status.size > MAX_RESULT_BYTES)
        throw new UsageError(`result file "${path}" has more than ${MAX_RESULT_BYTES} bytes`)
      return await file.readFile()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof UsageError) throw error
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new UsageError(
      isMissing
        ? `result file "${path}" does not exist`
        : `result file "${path}" cannot be read: ${reasonOf(error)}`,
    )
  }
}
