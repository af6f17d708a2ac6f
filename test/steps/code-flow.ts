import { mkdtempSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import { loadFlow } from '../../src/graph/load.ts'
import type { RunEvent } from '../../src/run/events.ts'
import type { RunResult } from '../../src/run/result.ts'
import { runFlow, type RunOptions } from '../../src/run/run-flow.ts'

/** A folder with a flow and what belongs to it; real files, gone when the test is over. */
export interface CodeFlow {
  readonly folder: string
  readonly output: () => string
  readonly told: readonly string[]
  readonly events: readonly RunEvent[]
  run(options?: RunOptions): Promise<RunResult>
  read(file: string): string
}

/** Steps in YAML, and other files by name. */
export function codeFlow(steps: string, files: Readonly<Record<string, string>> = {}): CodeFlow {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llmflows-code-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  writeFileSync(join(folder, 'flow.yaml'), `llmflows: 1\nname: code\n${steps}`)
  let output = ''
  const told: string[] = []
  const events: RunEvent[] = []
  return {
    folder,
    output: () => output,
    told,
    events,
    async run(options = {}) {
      const compiled = await loadFlow(join(folder, 'flow.yaml'))
      return runFlow(compiled, {
        onOutput: (text) => (output += text),
        onReporterError: (error) => told.push(error instanceof Error ? error.message : String(error)),
        ...options,
        reporters: [{ onEvent: (event) => events.push(event) }, ...(options.reporters ?? [])],
      })
    },
    read: (file) => readFileSync(join(folder, file), 'utf8'),
  }
}
