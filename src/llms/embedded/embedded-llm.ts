import { type Llm, type LlmAnswer, type LlmConfig, LlmError } from '../llm.ts'
import { generate } from './generation.ts'
import { madeUp } from './made-up.ts'
import { loadMuse } from './muse.ts'

const MODEL = 'muse-1.0.0'
const NOTE = 'answered by muse, a tiny demonstration model inside llmflows'

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Opens the language model inside of llmflows, a toy that needs no key and no network, and loads it first if nobody in
 * this process has. A request without a temperature, a top-p or a seed gets 0.7, 0.9 and 0; the
 * same request gets the same answer, so whoever wants several answers to one prompt gives several seeds.
 */
export async function openEmbedded({ timeoutMs }: LlmConfig): Promise<Llm> {
  const muse = await loadMuse()
  return {
    call: async (request, { signal, onFirstToken }) => {
      if (request.responseFormat !== undefined) return madeUpAnswer(request.responseFormat.schema)
      const limit = AbortSignal.timeout(Math.min(timeoutMs, MAX_TIMER_MS))
      try {
        const options = { signal: AbortSignal.any([signal, limit]), onFirstToken }
        const { text, finishReason, usage } = await generate(muse, request, options)
        const raw = {
          object: 'embedded.completion',
          model: MODEL,
          text,
          finish_reason: finishReason,
          usage: { input_tokens: usage.inputTokens, output_tokens: usage.outputTokens },
          note: NOTE,
        }
        return { text, finishReason, usage, model: MODEL, raw }
      } catch (error) {
        if (error !== limit.reason || signal.aborted) throw error
        const message = `the embedded model did not finish within ${timeoutMs} ms`
        throw new LlmError('timeout', message, { retryable: true, cause: error })
      }
    },
  }
}

/** Muse cannot write JSON: what a schema asks for is made up, and the record says so. */
function madeUpAnswer(schema: Readonly<Record<string, unknown>>): LlmAnswer {
  const text = JSON.stringify(madeUp(schema))
  const raw = {
    object: 'embedded.completion',
    model: MODEL,
    text,
    note: 'made up to fit a schema, by no model',
  }
  return { text, finishReason: 'stop', usage: { inputTokens: 0, outputTokens: 0 }, model: MODEL, raw }
}
