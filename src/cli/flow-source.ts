import { defaultLimits } from '../document/limits.ts'
import { readFlowFile, sourceOf, type FlowSource } from '../document/flow-file.ts'
import type { Io } from './io.ts'
import { UsageError } from './usage-error.ts'

/** The flow that the command line names: a file, a folder with a flow.yaml, or `-` for standard input. */
export async function readFlow(
  path: string,
  io: Io,
  maxBytes: number = defaultLimits.maxBytes,
): Promise<Extract<FlowSource, { ok: true }>> {
  const source =
    path === '-' ? sourceOf('<stdin>', await io.stdinBytes()) : await readFlowFile(path, maxBytes)
  if (source.ok) return source
  throw new UsageError(source.message, source.help)
}
