import type OpenAI from 'openai'
import { isObject, type JsonObject } from './json.ts'
import type { LlmRequest, Message, ToolCall } from './llm.ts'
import { namedCalls, textIn } from './tool-calls.ts'

/** What the responses API is told of a conversation: its turns, the tools, and what the answer has to be. */
export function responseTurns({ messages, tools, responseFormat }: LlmRequest): ResponseTurns {
  return {
    input: messages.flatMap(items),
    ...(tools === undefined || tools.length === 0
      ? {}
      : {
          tools: tools.map(({ name, description, parameters, isStrict }) => ({
            type: 'function',
            name,
            description,
            parameters: { ...parameters },
            // Left out it would mean true there.
            strict: isStrict,
          })),
        }),
    ...(responseFormat === undefined
      ? {}
      : {
          text: {
            format: {
              type: 'json_schema',
              name: responseFormat.name,
              schema: { ...responseFormat.schema },
              strict: responseFormat.isStrict,
            },
          },
        }),
  }
}

type ResponseTurns = Pick<OpenAI.Responses.ResponseCreateParams, 'tools' | 'text'> & {
  input: OpenAI.Responses.ResponseInputItem[]
}

function items(message: Message): OpenAI.Responses.ResponseInputItem[] {
  const { role, content } = message
  if (role === 'tool') return [{ type: 'function_call_output', call_id: message.toolCallId, output: content }]
  const calls = role === 'assistant' ? (message.toolCalls ?? []) : []
  return [
    ...(content === '' && calls.length > 0 ? [] : [{ role, content }]),
    ...calls.map(({ id, name, arguments: given }) => ({
      type: 'function_call' as const,
      call_id: id,
      name,
      arguments: given,
    })),
  ]
}

/** The tools that the output items of a response ask for. */
export function callsIn(output: readonly JsonObject[]): readonly ToolCall[] {
  const calls = output.filter(({ type }) => type === 'function_call')
  return namedCalls(
    calls.map((item) => ({
      id: textIn(item, 'call_id'),
      name: textIn(item, 'name'),
      arguments: isObject(item['arguments']) ? JSON.stringify(item['arguments']) : textIn(item, 'arguments'),
    })),
  )
}
