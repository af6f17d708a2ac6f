import type { Step } from '../flow/flow.ts'
import type { LlmConfig } from '../flow/llm-config.ts'
import type { CompiledFlow } from './compile.ts'
import { changeEveryFlow } from './every-flow.ts'

/** The same flow, with those inside it, every LLM answered by the embedded demonstration model: no key, no network. */
export function offline(compiled: CompiledFlow): CompiledFlow {
  return changeEveryFlow(compiled, (flow) => {
    const llms = new Map([...flow.llms].map(([name, config]) => [name, embedded(config)]))
    const steps = flow.steps.map((step): Step =>
      step.kind === 'llm' ? { ...step, llm: embedded(step.llm) } : step,
    )
    return { ...flow, llms, steps }
  })
}

function embedded({ name, api, sampling, timeoutMs, maxRetries, maxConcurrency }: LlmConfig): LlmConfig {
  const limit = maxConcurrency === undefined ? {} : { maxConcurrency }
  return { name, provider: 'embedded', api, model: 'muse', sampling, timeoutMs, maxRetries, ...limit }
}
