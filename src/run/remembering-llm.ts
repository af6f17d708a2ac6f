import type { LlmStep } from '../flow/flow.ts'
import { presetOf } from '../flow/providers.ts'
import type { Llm, LlmAnswer, LlmConfig, LlmRequest } from '../llms/llm.ts'
import type { Json } from '../source/json.ts'
import { contentKey } from '../store/canonical-json.ts'
import type { Memory } from './memory.ts'

interface Asker {
  /** The LLM as the step calls it. */
  readonly config: LlmConfig
  /** URL that calls go to; null when they stay in this process. */
  readonly endpoint: string | null
  /** The step that asks, with those around it. */
  readonly step: string
  readonly isShared: boolean
  readonly memory: Memory
}

/** An LLM that is not asked what it has answered before. */
export function rememberingLlm(llm: Llm, { config, endpoint, step, isShared, memory }: Asker): Llm {
  return {
    async call(request, options) {
      const key = contentKey(partsOf(config, endpoint, request))
      const make = async (): Promise<Json> => jsonOf(await llm.call(request, options))
      const { answer, source } = await memory.answer(
        { step, key, isShared },
        { make, signal: options.signal },
      )
      // It was an answer when it was kept; what is kept is guarded by checksums.
      const known = answer as unknown as LlmAnswer
      return source === 'made' ? known : { ...known, recalled: source }
    },
  }
}

/** Whether equal prompts of a step have equal answers: it says so, or its temperature does. */
export function isShared({ cache, llm }: LlmStep): boolean {
  const isLocal = presetOf(llm.provider)?.kind === 'process'
  return cache ?? (llm.sampling.temperature === 0 && !isLocal)
}

/** All that an answer depends on. No key and no header is among it, and no place in the flow. */
function partsOf(config: LlmConfig, endpoint: string | null, request: LlmRequest): Json {
  const { provider, api, model, params, answers } = config
  return jsonOf({ verb: 'llm', provider, api, endpoint, model, params, answers, request })
}

/** Without what is undefined. */
function jsonOf(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json
}
