import { join } from 'node:path'
import { FlowFolder } from '../../source/flow-folder.ts'
import type { LlmConfig } from '../llm.ts'

/**
 * The file of a local model: in the flow's folder, else in the one that LLMFLOWS_MODELS names. Models are large, so several
 * flows share them; where they are is said outside of the flow, which reaches no other file by it. Undefined when there is none.
 */
export function modelFile(
  { model, modelPath }: LlmConfig,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const shared = env['LLMFLOWS_MODELS']?.trim() || undefined
  if (modelPath !== undefined || shared === undefined) return modelPath
  const found = new FlowFolder(join(shared, 'flow.yaml')).locate(model)
  return found.ok ? found.path : undefined
}
