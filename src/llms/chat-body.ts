import type OpenAI from 'openai'
import type { LlmRequest, Message, ToolCall } from './llm.ts'

/** What the chat API is told of a conversation: its turns, the tools, and what the answer has to be. */
export function chatTurns({ messages, tools, responseFormat }: LlmRequest): ChatTurns {
  return {
    messages: messages.map(turn),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters, isStrict }) => ({
            type: 'function',
            function: { name, description, parameters: { ...parameters }, ...(isStrict && { strict: true }) },
          })),
        }),
    ...(responseFormat === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: {
              name: responseFormat.name,
              schema: { ...responseFormat.schema },
              ...(responseFormat.isStrict && { strict: true }),
            },
          },
        }),
  }
}

type ChatTurns = Pick<OpenAI.ChatCompletionCreateParams, 'messages' | 'tools' | 'response_format'>

function turn(message: Message): OpenAI.ChatCompletionMessageParam {
  switch (message.role) {
    case 'tool':
      return { role: 'tool', content: message.content, tool_call_id: message.toolCallId }
    case 'assistant': {
      const { content, toolCalls = [] } = message
      if (toolCalls.length === 0) return { role: 'assistant', content }
      // Some servers refuse an empty text beside tool calls.
      const said = content === '' ? null : content
      return { role: 'assistant', content: said, tool_calls: toolCalls.map(chatToolCall) }
    }
    default:
      return { role: message.role, content: message.content }
  }
}

function chatToolCall({ id, name, arguments: given }: ToolCall): OpenAI.ChatCompletionMessageToolCall {
  return { id, type: 'function', function: { name, arguments: given } }
}
