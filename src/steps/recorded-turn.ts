import type { Message } from '../llms/llm.ts'
import type { Turn } from '../run/events.ts'

/** A message as the record has it. */
export function recordedTurn(message: Message): Turn {
  const { role, content } = message
  if (role === 'tool') return { role, content, tool_call_id: message.toolCallId }
  if (role !== 'assistant' || message.toolCalls === undefined) return { role, content }
  return { role, content, tool_calls: message.toolCalls }
}
