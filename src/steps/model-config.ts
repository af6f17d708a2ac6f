import type { LlmConfig, Sampling } from '../flow/llm-config.ts'
import type { ModelConfig } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

/** The configuration that a step's model is called with, for the record. It names no key. */
export function modelConfig(config: LlmConfig, sampling: Sampling, context: StepContext): ModelConfig {
  const { temperature, topP, stop, seed } = sampling
  return {
    llm: config.name,
    provider: config.provider,
    api: config.api,
    model: config.model,
    endpoint: context.llm(config.name).endpoint,
    max_tokens: sampling.maxTokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { top_p: topP }),
    ...(stop === undefined ? {} : { stop }),
    ...(seed === undefined ? {} : { seed }),
    ...(config.params === undefined ? {} : { params: config.params as Readonly<Record<string, Json>> }),
  }
}
