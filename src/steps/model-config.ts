import type { LlmConfig } from '../flow/llm-config.ts'
import type { LlmRequest, ResponseFormat, ToolOffer } from '../llms/llm.ts'
import type { ModelConfig } from '../run/events.ts'
import type { Json } from '../source/json.ts'
import type { StepContext } from './step-run.ts'

/** The configuration that a step's model is called with, for the record. It names no key. */
export function modelConfig(
  config: LlmConfig,
  { sampling, responseFormat, tools }: Pick<LlmRequest, 'sampling' | 'responseFormat' | 'tools'>,
  context: StepContext,
): ModelConfig {
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
    ...(responseFormat === undefined ? {} : { response_format: recordedFormat(responseFormat) }),
    ...(tools === undefined ? {} : { tools: tools.map(recordedTool) }),
    ...(config.params === undefined ? {} : { params: config.params as Readonly<Record<string, Json>> }),
  }
}

// Schemas come from a document, which holds nothing but JSON.
type JsonObject = Readonly<Record<string, Json>>

function recordedFormat({ name, schema, isStrict }: ResponseFormat): Json {
  return { name, schema: schema as JsonObject, strict: isStrict }
}

function recordedTool({ name, description, parameters, isStrict }: ToolOffer): Json {
  return { name, description, parameters: parameters as JsonObject, strict: isStrict }
}
