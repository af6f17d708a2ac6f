import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { systemFiles, type FileSystem } from '../../src/store/file-system.ts'
import { openHome, type Home } from '../../src/store/home.ts'
import { systemProcesses } from '../../src/store/processes.ts'
import { StoreError } from '../../src/store/store-error.ts'

/** An empty folder that is gone after the test. */
export function temporaryFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'llmflows-store-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const processes = systemProcesses()

/** The `.llmflows` of a folder, by default a new one, over some file system. */
export function homeIn(directory = temporaryFolder(), fs: FileSystem = systemFiles): Home {
  return openHome(directory, { fs, processes })
}

export function asItIs(text: string): string {
  return text
}

/** What a call fails with, which has to be an error of the store. */
export async function storeErrorOf(work: () => unknown): Promise<StoreError> {
  try {
    await work()
  } catch (error) {
    if (error instanceof StoreError) return error
    throw error
  }
  throw new Error('it did not fail')
}
