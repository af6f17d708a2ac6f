import type { LlmConfig, LlmRequest } from '../../src/llms/llm.ts'
import type { World } from '../../src/llms/world.ts'

/** A world whose wall clock stands still and whose sleeps take no time. */
export function stillWorld(
  env: Readonly<Record<string, string>> = {},
): World & { readonly sleeps: number[] } {
  const sleeps: number[] = []
  return {
    env,
    random: () => 0.5,
    clock: {
      now: () => 0,
      date: () => new Date('2026-01-01T00:00:00Z'),
      sleep(ms, signal) {
        sleeps.push(ms)
        return signal.aborted ? Promise.reject(signal.reason) : Promise.resolve()
      },
    },
    sleeps,
  }
}

export function llmConfig(fields: Partial<LlmConfig> = {}): LlmConfig {
  return {
    name: 'writer',
    provider: 'openai',
    api: 'chat',
    model: 'gpt-4o-mini',
    sampling: { maxTokens: 100 },
    timeoutMs: 60_000,
    maxRetries: 0,
    ...fields,
  }
}

export function ask(prompt = 'Hi', fields: Partial<LlmRequest> = {}): LlmRequest {
  return { messages: [{ role: 'user', content: prompt }], sampling: { maxTokens: 100 }, ...fields }
}
