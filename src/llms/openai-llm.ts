import { readAnswer } from './answer-reader.ts'
import { AttemptClock } from './attempt-clock.ts'
import { cleanAnswer } from './clean-answer.ts'
import type { Endpoint } from './endpoint.ts'
import { helpFor } from './error-help.ts'
import { type Llm, type LlmConfig, LlmError } from './llm.ts'
import { OpenAiClient } from './openai-client.ts'
import { rateLimitsIn } from './rate-limits.ts'
import { requestBody } from './request-body.ts'
import type { Route } from './route.ts'
import type { TimeLimits } from './time-limits.ts'
import type { World } from './world.ts'

interface OpenAiLlmOptions {
  readonly endpoint: Endpoint
  readonly route: Route
  readonly limits: TimeLimits
  readonly world: World
  /** Takes the secrets out of a message. */
  readonly redact: (text: string) => string
  /** Takes the secrets, and nothing else, out of an answer. */
  readonly hide: (text: string) => string
}

/** An LLM behind a server that speaks OpenAI's protocol. */
export function openAiLlm(config: LlmConfig, options: OpenAiLlmOptions): Llm {
  const { endpoint, route, limits, world, redact, hide } = options
  const client = new OpenAiClient(endpoint, route)

  /** The error without secrets, and with what helps against it. */
  function explained(error: LlmError): LlmError {
    const message = redact(error.message)
    const help = error.help ?? helpFor(error, config, endpoint)
    if (message === error.message && help === error.help) return error
    const { code, retryable, httpStatus, retryAfterMs, requestId } = error
    return new LlmError(code, message, { retryable, httpStatus, retryAfterMs, requestId, help })
  }

  return {
    async call(request, { signal, onFirstToken, onRateLimits }) {
      const clock = new AttemptClock(limits, signal)
      try {
        clock.check()
        const response = await client.send(requestBody(config, request), clock)
        const date = world.clock.date()
        const told = rateLimitsIn((name) => response.headers.get(name), date.getTime())
        if (told !== undefined) onRateLimits?.(told)
        const answer = await readAnswer(response, {
          api: config.api,
          origin: endpoint.origin,
          date,
          redact,
          onFirstToken,
          offersTools: (request.tools ?? []).length > 0,
        })
        // An abort that came with the last bytes is an abort; a time limit that passed then no longer matters.
        signal.throwIfAborted()
        return cleanAnswer(answer, hide)
      } catch (error) {
        // A stopped attempt fails with what stopped it, whatever came apart on the way.
        clock.check()
        throw error instanceof LlmError ? explained(error) : error
      } finally {
        clock.end()
      }
    },
  }
}
