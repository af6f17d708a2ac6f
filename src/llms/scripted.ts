import { httpError } from './http-error.ts'
import { excerpt } from './json.ts'
import { type Llm, type LlmAnswer, type LlmConfig, LlmError, type LlmRequest } from './llm.ts'
import type { ScriptedAnswer } from './llm.ts'
import type { World } from './world.ts'

/**
 * An LLM that answers by rules, for tests, demonstrations and work without a network. The first rule whose `match` occurs
 * in the prompt (the last user message, or what tools have given since) and that has calls left answers. Usage is counted in words. `raw` says that the
 * answer is scripted.
 */
export function scriptedLlm(config: LlmConfig, world: World): Llm {
  const rules = config.answers ?? []
  const served = new Map<ScriptedAnswer, number>()
  return {
    async call(request, { signal, onFirstToken }) {
      signal.throwIfAborted()
      const prompt = askedOf(request)
      const rule = rules.find(
        (candidate) =>
          prompt.includes(candidate.match ?? '') &&
          (served.get(candidate) ?? 0) < (candidate.times ?? Infinity),
      )
      if (rule === undefined) {
        const text = `llm "${config.name}" has no scripted answer for ${excerpt(prompt, (start) => start)}`
        throw new LlmError('request-refused', text, { retryable: false })
      }
      served.set(rule, (served.get(rule) ?? 0) + 1)
      if (rule.delayMs !== undefined && rule.delayMs > 0) await world.clock.sleep(rule.delayMs, signal)
      if (rule.status !== undefined) throw scriptedFailure(config.name, rule.status)
      const answer = scriptedAnswer(config, request, rule, prompt)
      if (answer.text !== '') onFirstToken()
      return answer
    },
  }
}

function scriptedFailure(llm: string, status: number): LlmError {
  return httpError({
    origin: `scripted llm "${llm}"`,
    status,
    error: 'a scripted failure',
    header: () => null,
    nowMs: 0,
    redact: (text) => text,
  })
}

function scriptedAnswer(
  config: LlmConfig,
  request: LlmRequest,
  rule: ScriptedAnswer,
  prompt: string,
): LlmAnswer {
  // A function as the replacement: `$&` in a prompt is text, and the prompt is not looked through for `{prompt}` again.
  const text = (rule.answer ?? '').replaceAll('{prompt}', () => prompt)
  const calls = rule.toolCalls ?? []
  const asksForTools = calls.length > 0 && rule.finishReason === undefined
  const finishReason = asksForTools ? 'tool-calls' : (rule.finishReason ?? 'stop')
  const toolCalls = calls.map((call, place) => ({
    id: `call_${request.messages.length}_${place + 1}`,
    ...call,
  }))
  const inputTokens = request.messages.reduce((sum, message) => sum + words(message.content), 0)
  const usage = { inputTokens, outputTokens: words(text) }
  return {
    text,
    finishReason,
    ...(asksForTools ? { toolCalls } : {}),
    usage,
    model: config.model,
    raw: {
      scripted: true,
      model: config.model,
      text,
      finish_reason: finishReason,
      ...(asksForTools ? { tool_calls: toolCalls } : {}),
    },
  }
}

/** What the last turn says: the prompt, or what the tools gave that were asked for. */
function askedOf({ messages }: LlmRequest): string {
  const start = messages.findLastIndex(({ role }) => role !== 'tool') + 1
  const given = messages.slice(start).map(({ content }) => content)
  if (given.length > 0) return given.join('\n')
  return messages.findLast(({ role }) => role === 'user')?.content ?? ''
}

function words(text: string): number {
  return text.match(/\S+/g)?.length ?? 0
}
