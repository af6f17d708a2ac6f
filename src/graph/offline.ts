import type { LlmStep, Step } from '../flow/flow.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import { presetOf } from '../flow/providers.ts'
import type { VectorStoreConfig } from '../flow/retrieval-config.ts'
import type { CompiledFlow } from './compile.ts'
import { changeEveryFlow } from './every-flow.ts'

/** The same flow, with those inside it, every LLM answered by the embedded demonstration model, every store in a file: no key, no network. */
export function offline(compiled: CompiledFlow): CompiledFlow {
  return changeEveryFlow(compiled, (flow) => {
    const llms = new Map([...flow.llms].map(([name, config]) => [name, embedded(config)]))
    const steps = flow.steps.map((step): Step => (step.kind === 'llm' ? withoutModel(step) : step))
    const vectorStores = new Map([...flow.vectorStores].map(([name, config]) => [name, kept(config)]))
    return { ...flow, llms, vectorStores, steps }
  })
}

/** What its answer has to be is not for the prompt: muse reads no schemas, and its answer is made up to fit. */
function withoutModel(step: LlmStep): LlmStep {
  const { outputSchema } = step
  return {
    ...step,
    llm: embedded(step.llm),
    outputSchema: outputSchema === undefined ? undefined : { ...outputSchema, place: 'request' },
  }
}

/** A store in this process; its own file, since vectors of another model cannot stand beside those that others made. */
function kept(config: VectorStoreConfig): VectorStoreConfig {
  const { name, provider, embeddings } = config
  if (provider === 'local' && presetOf(embeddings.provider)?.kind === 'process') return config
  const { timeoutMs, maxRetries } = embeddings
  const here = { name: embeddings.name, provider: 'embedded', model: 'embedded', timeoutMs, maxRetries }
  return { name, provider: 'local', path: `.llmflows/offline/${name}.sqlite`, embeddings: here }
}

function embedded({ name, api, sampling, timeoutMs, maxRetries, maxConcurrency }: LlmConfig): LlmConfig {
  const limit = maxConcurrency === undefined ? {} : { maxConcurrency }
  return { name, provider: 'embedded', api, model: 'muse', sampling, timeoutMs, maxRetries, ...limit }
}
