import { LlmError, type Message } from '../llm.ts'
import type { Tokenizer } from './tokenizer.ts'

/**
 * The tokens of a conversation, up to where the answer begins: each message after the mark of its role.
 *
 * @param most Tokens that the model reads at most.
 * @throws LlmError `prompt-too-long`; soon, also for a text of many megabytes.
 */
export function encodePrompt(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  most: number,
): readonly number[] {
  const turns = messages.map(({ role, content }) => ({ role, content: content.trim() }))
  const characters = turns.reduce((sum, { content }) => sum + content.length, 0)
  refuseAbove(most, Math.ceil(characters / tokenizer.longestPiece))
  const ids = [
    tokenizer.beginId,
    ...turns.flatMap(({ role, content }) => [
      // It was taught no turns of tools, and a flow that gives it any is refused.
      tokenizer.roleMarks[role === 'tool' ? 'user' : role],
      ...tokenizer.encode(content),
      ...(role === 'assistant' ? [tokenizer.endId] : []),
    ]),
    tokenizer.roleMarks.assistant,
  ]
  refuseAbove(most, ids.length)
  return ids
}

function refuseAbove(most: number, tokens: number): void {
  if (tokens <= most) return
  throw new LlmError(
    'prompt-too-long',
    `the prompt has at least ${tokens} tokens; the embedded model reads at most ${most}`,
    { retryable: false },
  )
}
