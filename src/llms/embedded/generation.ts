import type { CallOptions, FinishReason, LlmRequest, Usage } from '../llm.ts'
import { AnswerText } from './answer-text.ts'
import type { Muse } from './muse.ts'
import { encodePrompt } from './prompt.ts'
import { createSampler } from './sampler.ts'
import { seededRandom } from './seeded-random.ts'

export interface Generation {
  readonly text: string
  readonly finishReason: FinishReason
  readonly usage: Usage
}

/** What serves this model best, by its card. */
const DEFAULT_TEMPERATURE = 0.7
const DEFAULT_TOP_P = 0.9

/** Prompt tokens in one turn: about ten milliseconds of computing. */
const PROMPT_TOKENS_PER_TURN = 8

/**
 * Answers a conversation. The same request gives the same answer, whatever else goes on.
 *
 * @throws LlmError `prompt-too-long` when nothing of the context would be left for the answer; the signal's reason when aborted.
 */
export async function generate(
  { tokenizer, transformer, turns }: Muse,
  { messages, sampling }: LlmRequest,
  { signal, onFirstToken }: CallOptions,
): Promise<Generation> {
  await turns.wait(signal)
  const prompt = encodePrompt(tokenizer, messages, transformer.context - 1)
  const capacity = Math.min(transformer.context, prompt.length + sampling.maxTokens)
  const memory = transformer.newMemory(capacity)
  for (const [index, token] of prompt.entries()) {
    if (index % PROMPT_TOKENS_PER_TURN === 0) await turns.wait(signal)
    transformer.read(memory, token)
  }

  const sample = createSampler({
    temperature: sampling.temperature ?? DEFAULT_TEMPERATURE,
    topP: sampling.topP ?? DEFAULT_TOP_P,
    random: seededRandom(sampling.seed ?? 0, prompt),
  })
  const answer = new AnswerText(sampling.stop ?? [])
  let outputTokens = 0
  const finished = (finishReason: FinishReason): Generation => ({
    text: answer.text,
    finishReason,
    usage: { inputTokens: prompt.length, outputTokens },
  })
  for (;;) {
    const token = sample(transformer.predict())
    const bytes = tokenizer.bytes(token)
    // A control token ends the answer: the model's turn is over, or it begins to invent someone else's.
    if (bytes === undefined) return finished('stop')
    outputTokens += 1
    if (outputTokens === 1) onFirstToken()
    if (answer.add(bytes)) return finished('stop')
    if (prompt.length + outputTokens >= capacity) return finished('length')
    await turns.wait(signal)
    transformer.read(memory, token)
  }
}
