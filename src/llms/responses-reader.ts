import { badResponse, isObject, type JsonObject, parseObject } from './json.ts'
import { type LlmAnswer, LlmError } from './llm.ts'
import { answerIn } from './response.ts'

interface ResponsesContext {
  readonly redact: (text: string) => string
  /** The error that a server reports inside an answer whose status says that all is well. */
  readonly reported: (error: unknown) => LlmError
  readonly requestId: string | undefined
  readonly onFirstToken: () => void
  readonly offersTools: boolean
}

/** The events that bring the first characters of an answer; thinking aloud counts. */
const DELTAS = new Set([
  'response.output_text.delta',
  'response.refusal.delta',
  'response.reasoning_text.delta',
  'response.reasoning_summary_text.delta',
  'response.function_call_arguments.delta',
])

/**
 * The answer in the JSON texts of the responses API: the events of a stream, or one object. Only the event that ends a
 * stream holds the whole answer; a stream without one is a failed attempt.
 */
export async function readResponses(
  texts: AsyncIterable<string>,
  { redact, reported, requestId, onFirstToken, offersTools }: ResponsesContext,
): Promise<LlmAnswer> {
  let hasBegun = false
  let hasText = false
  const begin = (): void => {
    if (!hasText) onFirstToken()
    hasText = true
  }
  for await (const text of texts) {
    const event = parseObject(text, redact)
    hasBegun = true
    if (DELTAS.has(String(event['type'])) && event['delta'] !== '') begin()
    const error = errorIn(event)
    if (error !== undefined) throw reported(error)
    const response = endOf(event)
    if (response === undefined) continue
    const answer = answerIn(response, { requestId, offersTools })
    if (answer.text !== '') begin()
    return answer
  }
  throw badResponse(
    hasBegun ? 'the answer ended before it was whole: it has no response.completed' : 'the answer is empty',
  )
}

/** What an event or an object says went wrong: in an `error` event, in a failed response, or in an `error` of its own. */
function errorIn(event: JsonObject): unknown {
  const response = isObject(event['response']) ? event['response'] : event
  for (const error of [event['error'], response['error']]) {
    if (error !== undefined && error !== null) return error
  }
  if (event['type'] === 'error') return event
  const status = response['status']
  return status === 'failed' || status === 'cancelled' ? `the response was ${status}` : undefined
}

/** The response that has ended, in the last event of a stream or as the whole body; undefined for all other events. */
function endOf(event: JsonObject): JsonObject | undefined {
  const { type, response } = event
  if (type === 'response.completed' || type === 'response.incomplete') {
    return isObject(response) ? response : undefined
  }
  if (event['object'] !== 'response') return undefined
  return event['status'] === 'completed' || event['status'] === 'incomplete' ? event : undefined
}
