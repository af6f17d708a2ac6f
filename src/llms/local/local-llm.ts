import { type Llm, type LlmAnswer, type LlmConfig, LlmError, type LlmRequest } from '../llm.ts'
import { type Generator, generatorsOn } from './generator.ts'
import { firstLine, type Model } from './library.ts'
import { type Engine, startEngine } from './models.ts'
import { Seats } from './seats.ts'

/** What prompt and answer may have together when neither the flow nor the model sets a smaller limit. */
const USUAL_CONTEXT = 8192
/** What the library keeps free: a conversation that grows into it would lose its beginning without a word. */
const MARGIN = 4

/** The longest that a timer can wait. */
const MAX_TIMER_MS = 2 ** 31 - 1

let started: Promise<Engine> | undefined

/** The engine of this process; started again only when it could not be before. */
function sharedEngine(): Promise<Engine> {
  started ??= startEngine().catch((error: unknown) => {
    started = undefined
    throw error
  })
  return started
}

/**
 * Opens a model file in this process, and loads it first if nobody has. A request without a temperature or a top-p gets 0.7
 * and 0.9; with a seed, the same request gets the same answer. As many calls run at a time as `maxConcurrency` says, one when it
 * is left out, and each of them takes the memory of a whole context. Rejects with an `LlmError` when the library is not
 * installed, the file is no model, or the memory does not suffice.
 */
export async function openLocal(config: LlmConfig, engine: Promise<Engine> = sharedEngine()): Promise<Llm> {
  const { library, load, grammarFor } = await engine
  const model = await load(config.modelPath ?? config.model, config.model)
  const sequences = config.maxConcurrency ?? 1
  const contextSize = Math.min(config.contextWindow ?? USUAL_CONTEXT, model.trainContextSize)
  const context = await createContext(model, { contextSize, sequences })
  const all = Array.from({ length: sequences }, () => context.getSequence())
  const seats = new Seats(generatorsOn(all, { library, model, api: config.api }))
  return {
    async call(request, { signal, onFirstToken }) {
      const limit = AbortSignal.timeout(Math.min(config.timeoutMs, MAX_TIMER_MS))
      const stop = AbortSignal.any([signal, limit])
      try {
        return await seats.with(stop, (generator) =>
          answer(generator, request, {
            config,
            contextSize: context.contextSize,
            grammarFor,
            signal: stop,
            onFirstToken,
          }),
        )
      } catch (error) {
        signal.throwIfAborted()
        if (!limit.aborted) throw error
        const message = `the model ${config.model} did not finish within ${config.timeoutMs} ms`
        throw new LlmError('timeout', message, { retryable: true, cause: error })
      }
    },
  }
}

async function createContext(
  model: Model,
  options: { readonly contextSize: number; readonly sequences: number },
): ReturnType<Model['createContext']> {
  try {
    return await model.createContext(options)
  } catch (error) {
    const { contextSize, sequences } = options
    const size = `${contextSize} tokens${sequences === 1 ? '' : ` for each of ${sequences} calls`}`
    throw new LlmError('request-refused', `no memory for a context of ${size}: ${firstLine(error)}`, {
      retryable: false,
      help: 'set a smaller "context_window" or "max_concurrency"',
      cause: error,
    })
  }
}

interface Answering {
  readonly config: LlmConfig
  readonly contextSize: number
  readonly grammarFor: Engine['grammarFor']
  readonly signal: AbortSignal
  readonly onFirstToken: () => void
}

async function answer(
  generator: Generator,
  { messages, sampling, responseFormat }: LlmRequest,
  { config, contextSize, grammarFor, signal, onFirstToken }: Answering,
): Promise<LlmAnswer> {
  const inputTokens = generator.count(messages)
  const room = contextSize - MARGIN - inputTokens
  if (room < 1) {
    const text = `the prompt has ${inputTokens} tokens; the model ${config.model} reads at most ${contextSize - MARGIN - 1} here`
    throw new LlmError('prompt-too-long', text, { retryable: false })
  }
  const grammar = responseFormat === undefined ? undefined : await grammarFor(responseFormat.schema)
  let hasBegun = false
  const { temperature = 0.7, topP = 0.9, stop = [], seed, maxTokens } = sampling
  const { text, stopReason, outputTokens } = await generator.generate(messages, {
    maxTokens: Math.min(maxTokens, room),
    temperature,
    topP,
    ...(seed === undefined ? {} : { seed }),
    customStopTriggers: stop,
    ...(grammar === undefined ? {} : { grammar }),
    signal,
    onToken() {
      if (!hasBegun) onFirstToken()
      hasBegun = true
    },
  })
  signal.throwIfAborted()
  const finishReason = stopReason === 'maxTokens' ? 'length' : 'stop'
  return {
    text,
    finishReason,
    usage: { inputTokens, outputTokens },
    model: config.model,
    raw: {
      object: 'local.completion',
      model: config.model,
      text,
      finish_reason: finishReason,
      stop_reason: stopReason,
      temperature,
      top_p: topP,
      context_size: contextSize,
      usage: { input_tokens: inputTokens, output_tokens: outputTokens },
    },
  }
}
