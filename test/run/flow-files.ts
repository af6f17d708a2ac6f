import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadFlow, type CompiledFlow, type LoadOptions } from '../../src/index.ts'

/** Writes flows into a folder that is gone when the test is over; returns the folder. Without a name they are called test. */
export function folderOf(
  flows: Readonly<Record<string, string | Readonly<Record<string, unknown>>>>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'flows-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const [path, flow] of Object.entries(flows)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    const text = typeof flow === 'string' ? flow : JSON.stringify({ llmflows: 1, name: 'test', ...flow })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The first of these flows, compiled with those inside it. */
export function loaded(
  flows: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  options: LoadOptions = {},
): Promise<CompiledFlow> {
  return loadFlow(join(folderOf(flows), Object.keys(flows)[0] ?? ''), options)
}
