import type { LlmAnswer } from './llm.ts'

/**
 * An answer without secrets: a server that sends a key back must not get it into a record, whichever field it puts it in.
 * `hide` is given each text by itself, never the JSON of the whole: a secret may look like a number or hold a quote.
 */
export function cleanAnswer(answer: LlmAnswer, hide: (text: string) => string): LlmAnswer {
  const { model, requestId, toolCalls } = answer
  return {
    ...answer,
    text: hide(answer.text),
    ...(toolCalls === undefined
      ? {}
      : {
          toolCalls: toolCalls.map((call) => ({
            id: hide(call.id),
            name: hide(call.name),
            arguments: hide(call.arguments),
          })),
        }),
    ...(model === undefined ? {} : { model: hide(model) }),
    ...(requestId === undefined ? {} : { requestId: hide(requestId) }),
    raw: cleanJson(answer.raw, hide),
  }
}

/** A copy of a JSON value with all its texts cleaned, the names of its fields included. */
function cleanJson(value: unknown, hide: (text: string) => string): unknown {
  if (typeof value === 'string') return hide(value)
  if (Array.isArray(value)) return value.map((item) => cleanJson(item, hide))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [hide(name), cleanJson(field, hide)]),
  )
}
